"""views.*"""

from bot.local.workspace import views
from bot.local.workspace.calls import Call, Method
from bot.local.workspace.errors import missing
from bot.local.workspace.state import Json
from bot.local.workspace.tickets import Trigger


def open_modal(call: Call) -> Json:
    """views.open"""
    return {"ok": True, "view": views.open_view(call.core, _trigger(call), call.args.json("view"))}


def push(call: Call) -> Json:
    """views.push"""
    return {"ok": True, "view": views.push_view(call.core, _trigger(call), call.args.json("view"))}


def update(call: Call) -> Json:
    """views.update"""
    args = call.args
    view_id, external_id = args.text("view_id"), args.text("external_id")
    if view_id is None and external_id is None:
        raise missing("view_id")
    view = views.update_view(call.core, view_id, external_id, args.json("view"), args.text("hash"))
    return {"ok": True, "view": view}


def publish(call: Call) -> Json:
    """views.publish"""
    view = views.publish(call.core, call.user("user_id"), call.args.json("view"), call.args.text("hash"))
    return {"ok": True, "view": view}


def _trigger(call: Call) -> Trigger:
    """The trigger, spent; a bad view spends it too, as with Slack."""
    return call.core.tickets.spend_trigger(call.args.need("trigger_id"))


METHODS = {
    "views.open": Method(open_modal, 4),
    "views.push": Method(push, 4),
    "views.update": Method(update, 4),
    "views.publish": Method(publish, 4),
}
