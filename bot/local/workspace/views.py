"""Modals and Home tabs: stacks of at most three views, hashes against lost updates, values that survive updates."""

import secrets
from typing import Any

from bot.local.workspace.checking import refuse_bad_view
from bot.local.workspace.core import Core
from bot.local.workspace.elements import interactive_elements, name_block, nested_blocks
from bot.local.workspace.errors import ApiError, PageError
from bot.local.workspace.ids import new_id
from bot.local.workspace.state import Json
from bot.local.workspace.tickets import Trigger

DEEPEST_STACK = 3
LARGEST_VIEW = 250_000
"""Bytes of JSON."""
COPIED = (
    "type",
    "title",
    "blocks",
    "close",
    "submit",
    "private_metadata",
    "callback_id",
    "clear_on_close",
    "notify_on_close",
    "external_id",
    "submit_disabled",
)


def open_view(core: Core, trigger: Trigger, view: Any) -> Json:
    """Begin a new stack for the user of the trigger."""
    stored = _new(core, checked(core, view, "modal"))
    _forget_stack(core, trigger.user)
    _put(core, trigger.user, stored)
    core.show({"type": "view", "op": "open", "view": stored}, trigger.user)
    return stored


def push_view(core: Core, trigger: Trigger, view: Any) -> Json:
    """Put a view on top of the user's stack."""
    if not core.stacks.get(trigger.user):
        raise ApiError("not_found")
    return push(core, trigger.user, checked(core, view, "modal"))


def push(core: Core, user: str, view: Json) -> Json:
    """Put a checked view on top of the stack; three are the most."""
    stack = core.stacks[user]
    if len(stack) >= DEEPEST_STACK:
        raise ApiError("push_limit_reached")
    stored = _new(core, view) | {"root_view_id": stack[0], "previous_view_id": stack[-1]}
    _put(core, user, stored)
    core.show({"type": "view", "op": "push", "view": stored}, user)
    return stored


def update_view(core: Core, view_id: str | None, external_id: str | None, view: Any, expected: str | None) -> Json:
    """Change an open modal or a published Home tab; refused when `expected` is not its hash any more."""
    known = core.views.get(view_id or "") or _by_external(core, external_id) or _home(core, view_id)
    if known is None:
        raise ApiError("not_found")
    if expected and expected != known["hash"]:
        raise ApiError("hash_conflict")
    return update(core, known, checked(core, view, known["type"], known["id"]))


def update(core: Core, known: Json, view: Json) -> Json:
    """Put a checked view in the place of a known one; what was typed survives where block and action ids do."""
    kept = surviving_values(known["state"]["values"], view["blocks"])
    for key in COPIED:
        known.pop(key, None)
    known |= _filled(view) | {"hash": _hash(core), "state": {"values": kept}}
    _draw(core, known)
    return known


def publish(core: Core, user: str, view: Any, expected: str | None) -> Json:
    """Show a Home tab to one person."""
    known = core.state.homes.get(user)
    if expected and (known is None or expected != known["hash"]):
        raise ApiError("hash_conflict")
    checked_view = checked(core, view, "home")
    stored = _new(core, checked_view) | ({"id": known["id"], "root_view_id": known["id"]} if known else {})
    core.state.homes[user] = stored
    core.show({"type": "home", "view": stored}, user)
    return stored


def close(core: Core, view: Json, clear: bool = False) -> list[Json]:
    """Take the view away, or with `clear` the whole stack; returns what was closed, topmost first."""
    user = owner(core, view["id"])
    stack = core.stacks.get(user, [])
    gone = list(reversed(stack)) if clear else [view["id"]]
    closed = [core.views.pop(view_id) for view_id in gone if view_id in core.views]
    core.stacks[user] = [view_id for view_id in stack if view_id not in gone]
    for each in closed:
        core.show({"type": "view", "op": "close", "view": each}, user)
    return closed


def owner(core: Core, view_id: str) -> str:
    """Whose view it is."""
    for user, stack in core.stacks.items():
        if view_id in stack:
            return user
    for user, home in core.state.homes.items():
        if home["id"] == view_id:
            return user
    raise PageError("This window is closed already.")


def find_view(core: Core, view_id: str) -> Json:
    """An open modal or a published Home tab."""
    found = core.views.get(view_id) or _home(core, view_id)
    if found is None:
        raise PageError("This window is closed already.")
    return found


def checked(core: Core, view: Any, kind: str, own_id: str | None = None) -> Json:
    """The view, if Slack would take it."""
    if not isinstance(view, dict):
        raise ApiError("invalid_arguments", "[ERROR] must provide an object [json-pointer:/view]")
    if view.get("type") != kind:
        raise ApiError("invalid_arguments", f"[ERROR] must be {kind} [json-pointer:/view/type]")
    if len(str(view)) > LARGEST_VIEW:
        raise ApiError("view_too_large")
    refuse_bad_view(view, core.settings.check_view)
    twin = _by_external(core, view.get("external_id"))
    if twin is not None and twin["id"] != own_id:
        raise ApiError("duplicate_external_id")
    return {key: view[key] for key in COPIED if key in view}


def surviving_values(values: Json, blocks: list[Json]) -> Json:
    """The typed values whose block and element are still there."""
    alive = {
        (block.get("block_id"), element.get("action_id"))
        for block in nested_blocks(blocks)
        for element in interactive_elements(block)
    }
    kept: Json = {}
    for block_id, actions in values.items():
        left = {action_id: value for action_id, value in actions.items() if (block_id, action_id) in alive}
        if left:
            kept[block_id] = left
    return kept


def _new(core: Core, view: Json) -> Json:
    state = core.state
    view_id = new_id("V")
    return {
        "id": view_id,
        "team_id": state.team_id,
        **_filled(view),
        "state": {"values": {}},
        "hash": _hash(core),
        "previous_view_id": None,
        "root_view_id": view_id,
        "app_id": state.app_id,
        "app_installed_team_id": state.team_id,
        "bot_id": state.bot_id,
    }


def _filled(view: Json) -> Json:
    for block in nested_blocks(view["blocks"]):
        name_block(block)
    empty = {"close": None, "submit": None, "private_metadata": "", "callback_id": "", "external_id": ""}
    flags = {"clear_on_close": False, "notify_on_close": False, "submit_disabled": False}
    return {**empty, **flags, **view}


def _hash(core: Core) -> str:
    return f"{int(core.clock())}.{secrets.token_hex(4)}"


def _put(core: Core, user: str, view: Json) -> None:
    core.views[view["id"]] = view
    core.stacks.setdefault(user, []).append(view["id"])


def _forget_stack(core: Core, user: str) -> None:
    for view_id in core.stacks.pop(user, []):
        core.views.pop(view_id, None)


def _draw(core: Core, view: Json) -> None:
    user = owner(core, view["id"])
    if view["type"] == "home":
        core.show({"type": "home", "view": view}, user)
    else:
        core.show({"type": "view", "op": "update", "view": view}, user)


def _by_external(core: Core, external_id: str | None) -> Json | None:
    if not external_id:
        return None
    return next((view for view in core.views.values() if view.get("external_id") == external_id), None)


def _home(core: Core, view_id: str | None) -> Json | None:
    return next((view for view in core.state.homes.values() if view["id"] == view_id), None)
