"""How Slack words what the block checker finds."""

from collections.abc import Sequence

from bot.local.workspace.core import Check
from bot.local.workspace.errors import ApiError
from bot.local.workspace.state import Json
from bot.views.blockcheck import Fault

LONGEST_BLOCKS = 200_000
"""Characters of JSON; Slack's own bound is not published, this one stops runaways."""


def refuse_bad_blocks(payload: Json, check: Check) -> None:
    """Raise `invalid_blocks` when the message's blocks break a rule."""
    blocks = payload.get("blocks")
    if blocks is None:
        return
    if not isinstance(blocks, list):
        raise ApiError("invalid_blocks_format")
    if len(str(blocks)) > LONGEST_BLOCKS:
        raise ApiError("msg_blocks_too_long")
    _refuse("invalid_blocks", [fault for fault in check(payload) if fault.pointer.startswith("/blocks")])


def refuse_bad_view(view: Json, check: Check) -> None:
    """Raise `invalid_arguments` when the view breaks a rule."""
    _refuse("invalid_arguments", check(view), "/view")


def _refuse(code: str, faults: Sequence[Fault], prefix: str = "") -> None:
    if faults:
        messages = [f"[ERROR] {fault.message} [json-pointer:{prefix}{fault.pointer}]" for fault in faults]
        raise ApiError(code, *messages, **({"errors": messages} if code == "invalid_blocks" else {}))
