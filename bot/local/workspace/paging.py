"""Lists in pages, with cursors."""

import base64
import binascii

from bot.local.workspace.calls import Call
from bot.local.workspace.errors import ApiError
from bot.local.workspace.ids import new_id
from bot.local.workspace.state import Json

LONGEST_PAGE = 1000


def paged(call: Call, items: list[Json] | list[str], name: str, default: int) -> Json:
    """One page of a list; the cursor names the item that the next page begins with."""
    start = _position(call, items)
    stop = start + call.args.number("limit", default, LONGEST_PAGE)
    cursor = base64.b64encode(f"next:{new_id('')}:{_key(items[stop])}".encode()).decode() if stop < len(items) else ""
    return {"ok": True, name: items[start:stop], "response_metadata": {"next_cursor": cursor}}


def _position(call: Call, items: list[Json] | list[str]) -> int:
    cursor = call.args.text("cursor")
    if cursor is None:
        return 0
    try:
        wanted = base64.b64decode(cursor, validate=True).decode().split(":", 2)[2]
    except (binascii.Error, UnicodeDecodeError, IndexError):
        raise ApiError("invalid_cursor") from None
    found = [index for index, item in enumerate(items) if _key(item) == wanted]
    if not found:
        raise ApiError("invalid_cursor")
    return found[0]


def _key(item: Json | str) -> str:
    return item if isinstance(item, str) else item.get("ts") or item["id"]
