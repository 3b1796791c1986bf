"""The sequences Slack acts on, in every disguise: escaped, as entities, full width, with invisible characters."""

import re

_CONTROLS = "\x00-\x08\x0e-\x1f\x7f"
_INVISIBLE = "\u00ad\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_JOINERS = "\u200c\u200d"  # needed in emoji and in some scripts, so dropped between ASCII characters only
_IGNORABLE = "\u034f\u115f\u1160\u3164\ufe00-\ufe0f\U000e0000-\U000e007f"

_DROPPED = re.compile(f"[{_INVISIBLE}{_CONTROLS}]+")
_DROPPED_JOINERS = re.compile(f"(?<=[!-~])[{_JOINERS}]+(?=[!-~])")
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_UNDECIDED = re.compile(f"[\r{_INVISIBLE}{_CONTROLS}{_JOINERS}]+\\Z")


def entity(*forms: str) -> str:
    """A pattern for a character reference, also when its ampersand was escaped again."""
    return rf"&(?:amp;)*(?:{'|'.join(forms)});?"


OPENS = rf"(?:[<＜﹤]|{entity('lt', '#0*60', '#x0*3c')})"
CLOSES = rf"(?:[>＞﹥]|{entity('gt', '#0*62', '#x0*3e')})"
_BETWEEN = rf"[\\{_JOINERS}{_IGNORABLE}]*"
_BANG = rf"(?:[!！﹗ǃ]|{entity('excl', '#0*33', '#x0*21')})"
_AT = rf"(?:[@＠﹫]|{entity('commat', '#0*64', '#x0*40')})"
_HASH = rf"(?:[#＃﹟]|{entity('num', '#0*35', '#x0*23')})"

PAIR = rf"\\{{0,8}}{OPENS}{_BETWEEN}(?P<mark>{_BANG}|{_AT}|{_HASH})"

# In code only what Slack itself would act on is broken: `<!DOCTYPE html>` and `List<@NonNull T>` stay.
_LIVE = re.compile(
    rf"{OPENS}(?={_BETWEEN}(?:"
    rf"{_BANG}{_BETWEEN}\s*(?:channel|here|everyone|group|subteam|date)"
    rf"|(?:{_AT}|{_HASH}){_BETWEEN}(?-i:[UBWCDG][A-Z0-9]{{5,20}})"
    rf"|{_AT}{_BETWEEN}[ubw][a-z0-9]{{2,20}}\s*(?:\||{CLOSES})"
    rf"|{_HASH}{_BETWEEN}[cdg][a-z0-9]{{2,20}}\s*(?:\||{CLOSES})))",
    re.IGNORECASE,
)


def normal(text: str) -> str:
    """One kind of line end and no invisible characters, so that a line means the same here and to every reader."""
    return _DROPPED_JOINERS.sub("", _DROPPED.sub("", _LINE_ENDS.sub("\n", text)))


def undecided_tail(text: str) -> str:
    """The end of a piece that only the next piece tells how to normalise."""
    found = _UNDECIDED.search(text[-64:])
    return found[0] if found else ""


def inert(code: str) -> str:
    """Code in which the few sequences that Slack acts on are broken."""
    return _LIVE.sub("‹", code)
