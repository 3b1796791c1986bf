"""apps.connections.open, blocks.validate, oauth.v2.access and api.test."""

from bot.local.workspace.calls import Call, Method
from bot.local.workspace.errors import ApiError
from bot.local.workspace.state import Json


def open_connection(call: Call) -> Json:
    """apps.connections.open: an address for one socket."""
    core = call.core
    address = core.base_url.replace("http", "ws", 1)
    return {"ok": True, "url": f"{address}/link/?ticket={core.tickets.socket()}&app_id={core.state.app_id}"}


def validate_blocks(call: Call) -> Json:
    """blocks.validate: needs no token; exactly one of blocks, message and view."""
    given = {name: call.args.json(name) for name in ("blocks", "message", "view") if call.args.get(name) is not None}
    if len(given) != 1:
        raise ApiError("invalid_arguments", "[ERROR] provide exactly one of blocks, message, view")
    [(name, value)] = given.items()
    settings = call.core.settings
    if name == "view":
        faults = settings.check_view(value)
    else:
        payload = {"text": "", "blocks": value} if name == "blocks" else value
        faults = settings.check_message(payload)
    if faults:
        return {"ok": False, "error": f"invalid_{name}", "errors": [fault.as_dict() for fault in faults]}
    return {"ok": True}


def oauth_access(call: Call) -> Json:
    """oauth.v2.access: one app, installed once, so any code is exchanged for the same token."""
    core = call.core
    if call.args.text("code") is None:
        raise ApiError("invalid_code")
    return {
        "ok": True,
        "access_token": core.settings.bot_token,
        "token_type": "bot",
        "scope": ",".join(sorted(core.settings.scopes)),
        "bot_user_id": core.state.bot_user,
        "app_id": core.state.app_id,
        "team": {"id": core.state.team_id, "name": core.state.team_name},
        "enterprise": None,
        "is_enterprise_install": False,
        "authed_user": {"id": next(iter(core.state.users))},
    }


def api_test(call: Call) -> Json:
    """api.test: the arguments come back."""
    error = call.args.text("error")
    if error is not None:
        raise ApiError(error, args=dict(call.args.values))
    return {"ok": True, "args": dict(call.args.values)}


METHODS = {
    "apps.connections.open": Method(open_connection, 1, ("connections:write",), token="app"),
    "blocks.validate": Method(validate_blocks, 4, token="none"),
    "oauth.v2.access": Method(oauth_access, 4, token="none"),
    "api.test": Method(api_test, 4, token="none"),
}
