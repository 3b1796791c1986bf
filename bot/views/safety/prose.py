"""Rewrites prose: mentions broken, pictures as their description, foreign links as text."""

import re
from collections.abc import Iterator

from bot.views.links import as_code, host_of, is_allowed, without_schemes
from bot.views.safety.brackets import brackets, destination, span_end
from bot.views.safety.marks import CLOSES, OPENS, PAIR, entity, inert

_COLON = rf"(?:\\?:|{entity('colon', '#0*58', '#x0*3a')})"
_SLASH = rf"(?:\\?/|{entity('sol', '#0*47', '#x0*2f')})"
_SCHEME_END = re.compile(rf"{_COLON}{_SLASH}{_SLASH}", re.IGNORECASE)
_TAIL = rf"(?:(?!{OPENS}|{CLOSES})[^\s`|\"“”\[\]])*"
_TOKEN = re.compile(
    rf"(?P<pair>{PAIR})"
    rf"|(?P<url>(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{{1,30}}{_COLON}{_SLASH}{_SLASH}{_TAIL}"
    rf"|https?{_COLON}{_SLASH}{_SLASH}{_TAIL}"
    rf"|(?<![\w:/])//(?=[\w-]+\.){_TAIL}"
    rf"|(?<![a-z0-9+.-])(?:mailto|javascript|vbscript|xmpp|data(?=:[a-z]+/)):{_TAIL})"
    r"|(?P<escape>\\[!-/:-@\[-`{-~])"
    r"|(?P<ticks>`+)"
    r"|(?P<angle><(?P<dest>[a-z][a-z0-9+.-]{1,30}:[^\s<>|]*)(?:\|(?P<label>[^<>\n]{0,2000}))?>)"
    r"|(?P<image>!\[)"
    r"|(?P<bracket>\[)"
    rf"|(?P<domain>(?<![\w@./-])(?:[\w-]{{1,63}}\\?\.){{1,8}}[a-z]{{2,24}}(?![\w-])(?:[/?]{_TAIL})?)",
    re.IGNORECASE,
)
_KINDS = ("pair", "url", "ticks", "angle", "image", "bracket", "domain")
_MENTION_END = re.compile(rf"([^<>\n]{{0,200}}?){CLOSES}", re.IGNORECASE)
_DEFINITION = re.compile(r" {0,3}\[([^\]\n^][^\]\n]*)\]:[ \t]*(<[^<>\n]*>|\S+)")
_DESTINATION_LIKE = re.compile(r"<|/|\w[\w+.-]*:|\S*\.\S")
_JOINS_RIGHT = re.compile(r"[\w@/\\-]|[.:&]\S")
_OPEN_END = re.compile(r"(?:[<＜﹤;\\]|&\S{0,12})\Z")
_NO_PICTURE = "!\\["  # stays readable, and no definition that comes later can make a picture of it
_DEEPEST = 3


def definitions(text: str) -> dict[str, str]:
    """The link definitions of a text: folded label to destination, the first one wins."""
    found: dict[str, str] = {}
    for line in text.split("\n"):
        if match := _DEFINITION.match(line):
            found.setdefault(_folded(match[1]), match[2].strip("<>"))
    return found


class Rewriter:
    """Rewrites one run of prose after the other and remembers the backticks that never found their partner."""

    def __init__(self, allowed_hosts: frozenset[str], references: dict[str, str]) -> None:
        self.hosts = allowed_hosts
        self.references = references
        self.stray: set[int] = set()

    def rewritten(self, text: str, *, inside_line: bool, depth: int = 0) -> str:
        """Prose in its safe form; `inside_line` when it does not begin where a line begins."""
        lines = text.split("\n")
        first = 1 if inside_line else 0
        lines[first:] = [self._without_definition(line) for line in lines[first:]]
        return _Run("\n".join(lines), self, depth).text()

    def label(self, text: str, depth: int) -> str:
        """The words of a link or picture, which may hold anything that prose holds."""
        if depth >= _DEEPEST:
            return re.sub(r"[][<>＜﹤&:/`\\]", " ", text)
        return self.rewritten(text, inside_line=True, depth=depth + 1)

    def code(self, url: str) -> str:
        """An address as a code span whose backticks no stray one before it can pair with."""
        run = next(length for length in range(1, len(self.stray) + 2) if length not in self.stray)
        return as_code(_SCHEME_END.sub("://", url), "`" * run)

    def _without_definition(self, line: str) -> str:
        """A link definition to a foreign host becomes words; its address is then masked like any other."""
        found = _DEFINITION.match(line)
        if not found or not _DESTINATION_LIKE.match(found[2]) or is_allowed(found[2].strip("<>"), self.hosts):
            return line
        return f"{found[1]}: {line[found.start(2) :]}"


class _Run:
    """One run of prose, read from left to right in a single pass."""

    def __init__(self, text: str, rewriter: Rewriter, depth: int) -> None:
        self._text = text
        self._by = rewriter
        self._depth = depth
        self._closers = brackets(text)[0]
        self._at = 0

    def text(self) -> str:
        """The run in its safe form."""
        return "".join(self._pieces())

    def _pieces(self) -> Iterator[str]:
        last = ""
        while found := _TOKEN.search(self._text, self._at):
            start = self._at
            self._at = found.end()
            before = self._text[start : found.start()]
            yield before
            piece = self._replaced(found)
            touching = (before or last)[-1:]
            if piece not in (self._text[found.start() : self._at], _NO_PICTURE) and found["pair"] is None:
                piece = self._apart(touching, piece)
            yield piece
            last = piece or touching
        yield self._text[self._at :]

    def _apart(self, touching: str, piece: str) -> str:
        """Words that replaced a construct must not grow together with their neighbours to something new."""
        joins_left = touching and (touching in "`<＜﹤&;:/\\.@+-" or touching.isalnum())
        if piece and joins_left and piece[0] not in " (":
            piece = f" {piece}"
        following = self._text[self._at : self._at + 2]
        joins_right = following[:1] == "`" or _JOINS_RIGHT.match(following) or _OPEN_END.search(piece)
        return f"{piece} " if piece and joins_right else piece

    def _replaced(self, found: re.Match[str]) -> str:
        for kind in _KINDS:
            if found[kind] is not None:
                return getattr(self, f"_{kind}")(found)
        return found[0]

    def _label(self, text: str) -> str:
        return self._by.label(text, self._depth)

    def _pair(self, found: re.Match[str]) -> str:
        """A mention, broken: its angle brackets become quotation marks, its words stay readable."""
        if found["mark"] == "!" and self._text.startswith("[", found.end()):
            self._at = found.end() - 1  # a picture begins here
            return "‹"
        close = _MENTION_END.match(self._text, found.end())
        if close is None:
            return f"‹{found['mark']}"
        self._at = close.end()
        return f"‹{found['mark']}{self._label(close[1])}›"

    def _ticks(self, found: re.Match[str]) -> str:
        """Inline code, or backticks that a reader may pair with later ones."""
        end = span_end(self._text, found)
        run = len(found[0])
        if end is None or run in self._by.stray:
            self._by.stray.add(run)
            return found[0]
        self._at = end
        return without_schemes(inert(self._text[found.start() : end]), self._by.hosts)

    def _angle(self, found: re.Match[str]) -> str:
        """An address in angle brackets, as Markdown or Slack writes links."""
        url, label = found["dest"], found["label"]
        if label is None:
            return found[0] if is_allowed(url, self._by.hosts) else self._by.code(url)
        return self._link(label, url)

    def _image(self, found: re.Match[str]) -> str:
        """A picture is never fetched: its description stands for it."""
        close = self._closers.get(found.end() - 1)
        if close is None:
            return _NO_PICTURE
        label = self._text[found.end() : close]
        end = self._target(close)[1]
        if end == close + 1 and _folded(label) not in self._by.references:
            return _NO_PICTURE
        self._at = end
        return self._label(label).strip() or "(image)"

    def _bracket(self, found: re.Match[str]) -> str:
        """A link in one of Markdown's forms, or just a bracket."""
        close = self._closers.get(found.start())
        if close is None:
            return found[0]
        label = self._text[found.end() : close]
        url, end = self._target(close)
        is_inline = self._text[close + 1 : close + 2] == "(" and end > close + 1
        if url is None:
            url = self._by.references.get(_folded(label))
        if url is None or (not is_inline and is_allowed(url, self._by.hosts)):
            return found[0]
        self._at = end
        return self._link(label, url)

    def _target(self, close: int) -> tuple[str | None, int]:
        """What follows a label: an address in parentheses, a reference, or nothing; and where that ends."""
        following = self._text[close + 1 : close + 2]
        if following == "(" and (found := destination(self._text, close + 1)):
            return found
        if following == "[" and (end := self._closers.get(close + 1)):
            return self._by.references.get(_folded(self._text[close + 2 : end])), end + 1
        return None, close + 1

    def _link(self, label: str, url: str) -> str:
        words = self._label(label)
        if is_allowed(url, self._by.hosts):
            return f"[{_balanced(words)}]({url})"
        if url.startswith("#") or not url:
            return words
        if label.strip() in (url, "") or words == self._by.code(url):
            return self._by.code(url)
        return f"{words} ({self._by.code(host_of(url))})"

    def _url(self, found: re.Match[str]) -> str:
        url = _trimmed(found[0])
        self._at = found.start() + len(url)
        return url if is_allowed(url, self._by.hosts) else self._by.code(url)

    def _domain(self, found: re.Match[str]) -> str:
        """A host without a scheme: as code when it has a path, www or several parts; file.name is left."""
        name = _trimmed(found[0])
        host = re.split(r"[/?]", name, maxsplit=1)[0].lower()
        is_risky = len(name) > len(host) or host.startswith("www.") or host.count(".") > 1
        self._at = found.start() + len(name)
        return self._by.code(name) if is_risky and host not in self._by.hosts else name


def _folded(label: str) -> str:
    return " ".join(label.split()).casefold()


def _balanced(words: str) -> str:
    """A label whose brackets cannot end it early."""
    if words.count("[") == words.count("]"):
        return words
    return words.replace("[", "\\[").replace("]", "\\]")


def _trimmed(url: str) -> str:
    """An address without the punctuation of the sentence around it."""
    end = len(url)
    while end and url[end - 1] in ".,;:!?'*_~)]}":
        if url[end - 1] == ")" and url.count("(", 0, end) >= url.count(")", 0, end):
            break
        end -= 1
    return url[:end]
