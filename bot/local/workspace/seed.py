"""The workspace as it is on the first day: a fictional company, its people, its channels and the app's manifest."""

from typing import Any

from bot.local.workspace.state import Channel, State, User

# Commands, shortcuts, events and scopes as manifest.yml declares them; a test compares the two.
COMMANDS: tuple[dict[str, Any], ...] = (
    {
        "command": "/baton",
        "description": "Start a mission or see what is open",
        "usage_hint": "new | list | waiting | schedule | schedules | "
        "stop | pause | resume | retry | skip | halt | help",
        "should_escape": True,
    },
)
SHORTCUTS: tuple[dict[str, Any], ...] = (
    {"name": "New mission", "type": "global", "callback_id": "new_mission"},
    {"name": "Make it a mission", "type": "message", "callback_id": "mission_from_message"},
)
SUBSCRIPTIONS = frozenset(
    {
        "agent_session_stopped",
        "app_home_opened",
        "app_mention",
        "message.channels",
        "message.groups",
        "message.im",
        "message.mpim",
    }
)
SCOPES = frozenset(
    {
        "app_mentions:read",
        "assistant:write",
        "canvases:write",
        "channels:history",
        "channels:read",
        "chat:write",
        "chat:write.customize",
        "commands",
        "files:read",
        "files:write",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "mpim:history",
        "mpim:read",
        "reactions:write",
        "usergroups:read",
        "users:read",
    }
)
SUGGESTED_PROMPTS: tuple[dict[str, str], ...] = (
    {
        "title": "Plan a launch",
        "message": "Research the top three competitors for a new eco-friendly coffee pod, draft a competitive "
        "analysis, create a 30-day launch calendar, and write the first five social media posts.",
    },
    {
        "title": "Compare competitors",
        "message": "Compare the three best-known compostable coffee pods by price, material and certification.",
    },
)
EVERY_EVENT = SUBSCRIPTIONS | {
    "agent_session_title_changed",
    "member_joined_channel",
    "reaction_added",
    "reaction_removed",
}
"""All that this workspace can send."""
EVERY_SCOPE = SCOPES | {
    "canvases:read",
    "channels:join",
    "channels:read",
    "chat:write.public",
    "groups:read",
    "im:read",
    "im:write",
    "mpim:read",
    "reactions:read",
    "team:read",
    "usergroups:read",
    "users:read.email",
}
"""All that a method of this workspace can ask for."""
APP_SCOPES = frozenset({"connections:write", "authorizations:read"})

BOT_USER = "U0BATON0001"
MAYA, JONAS, PRIYA, TOM = "U0MAYA00001", "U0JONAS0001", "U0PRIYA0001", "U0TOM000001"
GENERAL, LAUNCH, RESEARCH, LEADERSHIP = "C0GENERAL01", "C0LAUNCH001", "C0RESEARCH1", "C0LEADERS01"
MARKETING_LEADS = "S0MARKETING"

USERS = (
    User(MAYA, "maya", "Maya Okafor", "Head of Marketing", "c2410c"),
    User(JONAS, "jonas", "Jonas Lindqvist", "Product", "0f766e", tz="Europe/Stockholm"),
    User(PRIYA, "priya", "Priya Raman", "Finance", "7c3aed", is_admin=True),
    User(TOM, "tom", "Tom Becker", "Guest, packaging agency", "475569", tz="Europe/Berlin", is_guest=True),
    User(BOT_USER, "baton", "Baton", "AI department", "1f2a44", is_bot=True),
)


def workspace(now: int) -> State:
    """A fresh workspace; `now` in seconds since 1970 dates its channels."""
    state = State(
        team_id="T0JUNIPER01",
        team_name="Juniper & Co",
        domain="juniper-and-co",
        app_id="A0BATON0001",
        bot_id="B0BATON0001",
        bot_user=BOT_USER,
        groups={MARKETING_LEADS: [MAYA, JONAS]},
    )
    state.users = {user.id: User(**_fields(user)) for user in USERS}
    channels = [*_channels(now), *(_direct(user, now) for user in USERS if not user.is_bot)]
    state.channels = {channel.id: channel for channel in channels}
    return state


def _channels(now: int) -> list[Channel]:
    staff = [MAYA, JONAS, PRIYA]
    return [
        Channel(GENERAL, "general", "channel", "Company-wide news", [*staff, BOT_USER], created=now),
        Channel(
            LAUNCH, "launch", "channel", "Launch of the eco-friendly coffee pod", [*staff, TOM, BOT_USER], created=now
        ),
        Channel(RESEARCH, "research", "channel", "Markets, competitors, sources", [*staff, BOT_USER], created=now),
        Channel(LEADERSHIP, "leadership", "group", "Leadership only", [MAYA, PRIYA], created=now),
    ]


def _direct(user: User, now: int) -> Channel:
    return Channel(f"D{user.id[1:]}", "", "im", members=[user.id, BOT_USER], im_user=user.id, created=now)


def _fields(user: User) -> dict[str, Any]:
    return dict(vars(user))
