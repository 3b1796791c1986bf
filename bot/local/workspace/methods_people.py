"""users.*, usergroups.*, bots.info, team.info and auth.test: who is who."""

from bot.local.workspace.calls import Call, Method
from bot.local.workspace.core import Core
from bot.local.workspace.errors import ApiError
from bot.local.workspace.messages import bot_profile
from bot.local.workspace.paging import paged
from bot.local.workspace.state import Json, User


def auth_test(call: Call) -> Json:
    """auth.test"""
    state = call.core.state
    return {
        "ok": True,
        "url": f"{call.core.base_url}/",
        "team": state.team_name,
        "user": state.users[state.bot_user].name,
        "team_id": state.team_id,
        "user_id": state.bot_user,
        "bot_id": state.bot_id,
        "is_enterprise_install": False,
    }


def user_info(call: Call) -> Json:
    """users.info"""
    return {"ok": True, "user": user_object(call, call.core.state.users[call.user()])}


def user_list(call: Call) -> Json:
    """users.list"""
    people = [user_object(call, user) for user in call.core.state.users.values()]
    return paged(call, people, "members", 200) | {"cache_ts": int(call.core.clock())}


def group_members(call: Call) -> Json:
    """usergroups.users.list"""
    found = call.core.state.groups.get(call.args.need("usergroup"))
    if found is None:
        raise ApiError("no_such_subteam")
    return {"ok": True, "users": list(found)}


def bot_info(call: Call) -> Json:
    """bots.info"""
    core = call.core
    if call.args.text("bot") not in (None, core.state.bot_id):
        raise ApiError("bot_not_found")
    return {"ok": True, "bot": bot_profile(core) | {"user_id": core.state.bot_user, "updated": 0}}


def team_info(call: Call) -> Json:
    """team.info"""
    return {"ok": True, "team": team_object(call.core)}


def team_object(core: Core) -> Json:
    """Slack's object of the workspace."""
    state = core.state
    return {"id": state.team_id, "name": state.team_name, "domain": state.domain, "email_domain": "", "icon": {}}


def user_object(call: Call, user: User) -> Json:
    """Slack's object of a person; the address only with the scope for it."""
    profile: Json = {
        "title": user.title,
        "real_name": user.real_name,
        "real_name_normalized": user.real_name,
        "display_name": user.name,
        "display_name_normalized": user.name,
        "team": call.core.state.team_id,
    }
    if call.may("users:read.email") and not user.is_bot:
        profile["email"] = f"{user.name}@juniper.example"
    if user.is_bot:
        profile |= {"api_app_id": call.core.state.app_id, "bot_id": call.core.state.bot_id}
    return {
        "id": user.id,
        "team_id": call.core.state.team_id,
        "name": user.name,
        "deleted": user.deleted,
        "color": user.color,
        "real_name": user.real_name,
        "tz": user.tz,
        "profile": profile,
        "is_admin": user.is_admin,
        "is_owner": False,
        "is_restricted": user.is_guest,
        "is_ultra_restricted": user.is_guest,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": 0,
    }


METHODS = {
    "auth.test": Method(auth_test, 5),
    "users.info": Method(user_info, 4, ("users:read",), form_only=True),
    "users.list": Method(user_list, 2, ("users:read",), form_only=True),
    "usergroups.users.list": Method(group_members, 2, ("usergroups:read",), form_only=True),
    "bots.info": Method(bot_info, 3, ("users:read",), form_only=True),
    "team.info": Method(team_info, 3, ("team:read",), form_only=True),
}
