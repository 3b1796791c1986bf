"""Rich text: sections, lists, quotes and preformatted text with the runs inside them."""

from typing import Final

from bot.views.blockcheck import limits
from bot.views.blockcheck.rules import Rule, choice, flag, items, link, only, shape, string, typed, variant, whole

_MANY: Final = 1_000  # no count is published; a bound keeps a check's time proportional to what a person could read
_STYLE: Final[dict[str, Rule]] = {
    "style": shape(
        {},
        dict.fromkeys(
            ("bold", "italic", "strike", "code", "highlight", "client_highlight", "unlink", "underline"), flag
        ),
    )
}
_ID: Final = string(limits.ID)

RUNS: Final[dict[str, Rule]] = {
    "text": shape(typed("text") | {"text": string(limits.MESSAGE_TEXT, least=0)}, _STYLE),
    "link": shape(
        typed("link") | {"url": link(limits.URL)}, _STYLE | {"text": string(limits.TEXT, least=0), "unsafe": flag}
    ),
    "emoji": shape(typed("emoji") | {"name": _ID}, _STYLE | {"unicode": _ID, "skin_tone": whole(1, 6)}),
    "user": shape(typed("user") | {"user_id": _ID}, _STYLE),
    "usergroup": shape(typed("usergroup") | {"usergroup_id": _ID}, _STYLE),
    "channel": shape(typed("channel") | {"channel_id": _ID}, _STYLE),
    "team": shape(typed("team") | {"team_id": _ID}, _STYLE),
    "broadcast": shape(typed("broadcast") | {"range": choice("here", "channel", "everyone")}, _STYLE),
    "color": shape(typed("color") | {"value": _ID}, _STYLE),
    "date": shape(
        typed("date") | {"timestamp": whole(0, 99_999_999_999), "format": _ID},
        _STYLE | {"url": link(limits.URL), "fallback": string(limits.TEXT)},
    ),
}

_RUNS: Final[dict[str, Rule]] = {"elements": items(variant(RUNS), 0, _MANY)}
_BORDER: Final[dict[str, Rule]] = {"border": whole(0, 1)}
_SECTION: Final = shape(typed("rich_text_section") | _RUNS)

PARTS: Final[dict[str, Rule]] = {
    "rich_text_section": _SECTION,
    "rich_text_preformatted": shape(
        typed("rich_text_preformatted") | {"elements": items(only(RUNS, "text", "link"), 0, _MANY)},
        _BORDER | {"language": string(255)},
    ),
    "rich_text_quote": shape(typed("rich_text_quote") | _RUNS, _BORDER),
    "rich_text_list": shape(
        typed("rich_text_list")
        | {
            "style": choice("bullet", "ordered"),
            "elements": items(variant({"rich_text_section": _SECTION}), 1, _MANY),
        },
        _BORDER | {"indent": whole(0, 8), "offset": whole(0, 10_000)},
    ),
}

RICH_TEXT: Final = shape(
    typed("rich_text") | {"elements": items(variant(PARTS), 1, _MANY)}, {"block_id": string(limits.ID)}
)
