"""The manifest asks for what the code uses: no scope, event, command or shortcut more, and none less."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from slack_sdk.web.async_client import AsyncWebClient

ROOT = Path(__file__).parents[2]

HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
READ = ("channels:read", "groups:read", "im:read", "mpim:read")
MESSAGE_EVENTS = ("message.channels", "message.groups", "message.im", "message.mpim")

# Method of the Web API -> the scopes it needs; a prefix ending in "." stands for all methods below it.
METHODS: dict[str, tuple[str, ...]] = {
    "agents.sessions.": ("chat:write",),
    "api.test": (),
    "apps.connections.open": (),  # with the app-level token, which has connections:write of its own
    "assistant.threads.": ("assistant:write",),
    "auth.test": (),
    "blocks.validate": (),
    "bookmarks.add": ("bookmarks:write",),
    "canvases.": ("canvases:write",),
    "chat.": ("chat:write",),
    "conversations.history": HISTORY,
    "conversations.info": READ,
    "conversations.join": ("channels:join",),
    "conversations.list": READ,
    "conversations.members": READ,
    "conversations.open": ("im:write",),
    "conversations.replies": HISTORY,
    "files.completeUploadExternal": ("files:write",),
    "files.delete": ("files:write",),
    "files.getUploadURLExternal": ("files:write",),
    "files.info": ("files:read",),
    "files.list": ("files:read",),
    "files.upload.v2": ("files:write",),
    "pins.add": ("pins:write",),
    "reactions.add": ("reactions:write",),
    "reactions.get": ("reactions:read",),
    "reactions.remove": ("reactions:write",),
    "slackLists.": ("lists:write",),
    "team.info": ("team:read",),
    "usergroups.list": ("usergroups:read",),
    "usergroups.users.list": ("usergroups:read",),
    "users.info": ("users:read",),
    "users.list": ("users:read",),
    "users.lookupByEmail": ("users:read.email",),
    "views.": (),
}
EVENTS: dict[str, tuple[str, ...]] = {
    "app_mention": ("app_mentions:read",),
    "link_shared": ("links:read",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "message.mpim": ("mpim:history",),
    "reaction_added": ("reactions:read",),
    "reaction_removed": ("reactions:read",),
    "user_change": ("users:read",),
}
SDK_CALLS = {name for name in dir(AsyncWebClient) if "_" in name.strip("_") and name != "api_call"}


@dataclass
class Use:
    """What a body of code uses of Slack."""

    methods: set[str] = field(default_factory=set)
    events: set[str] = field(default_factory=set)
    commands: set[str] = field(default_factory=set)
    shortcuts: set[str] = field(default_factory=set)
    personas: bool = False
    unread: list[str] = field(default_factory=list)
    """Places where a name is not written as a string and so cannot be compared."""


def use_of(sources: Iterable[tuple[str, str]]) -> Use:
    """Walks over (name, source) of each module."""
    use = Use()
    trees = [(name, ast.parse(source)) for name, source in sources]
    constants = dict(pair for _, tree in trees for pair in named_strings(tree))
    for name, tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                read_call(use, node, node.func, constants, name)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and is_method(node.value):
                use.methods.add(node.value)
            elif isinstance(node, ast.Dict):
                use.personas |= any(isinstance(key, ast.Constant) and key.value == "username" for key in node.keys)
    return use


def is_method(word: str) -> bool:
    """Whether a string names a method, for methods are also called by their name."""
    return "." in word and (word in METHODS or word.replace(".", "_") in SDK_CALLS)


def named_strings(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Constants and members of enums, so that `app.event(Event.MENTION.value)` can be read."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield target.id, node.value.value


def read_call(use: Use, call: ast.Call, func: ast.Attribute, constants: dict[str, str], name: str) -> None:
    """One call: a method of the client, or a registration with Bolt."""
    if func.attr in SDK_CALLS:
        use.methods.add(method_of(func.attr))
        use.personas |= any(keyword.arg == "username" for keyword in call.keywords)
        return
    word = string_of(call.args[0] if call.args else None, constants)
    if func.attr == "api_call" and word is not None:
        use.methods.add(word)
    if not (isinstance(func.value, ast.Name) and func.value.id == "app"):
        return
    registers = {"event": use.events, "command": use.commands, "shortcut": use.shortcuts}
    registers |= {"global_shortcut": use.shortcuts, "message_shortcut": use.shortcuts}
    if func.attr in registers:
        if word is None:
            use.unread.append(f"{name}:{call.lineno}")
        else:
            registers[func.attr].add(word)
    elif func.attr == "message":
        use.events.add("message")
    elif func.attr == "enable_token_revocation_listeners":
        use.events.update(("app_uninstalled", "tokens_revoked"))


def string_of(node: ast.expr | None, constants: dict[str, str]) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Attribute) and node.attr == "value":
        return string_of(node.value, constants)
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return constants.get(name)


def method_of(attribute: str) -> str:
    """chat_postMessage -> chat.postMessage; files_upload_v2 -> files.upload.v2."""
    return attribute.replace("_", ".")


def scopes_of(method: str) -> tuple[str, ...] | None:
    """The scopes a method needs, None when the table does not know it."""
    if method in METHODS:
        return METHODS[method]
    return next((METHODS[name] for name in METHODS if name.endswith(".") and method.startswith(name)), None)


def subscribed(use: Use) -> set[str]:
    """The events by the names they are subscribed under."""
    events = use.events - {"message"}
    return events | set(MESSAGE_EVENTS) if "message" in use.events else events


def needed_scopes(use: Use) -> set[str]:
    scopes = {scope for method in use.methods for scope in scopes_of(method) or ()}
    scopes |= {scope for event in subscribed(use) for scope in EVENTS.get(event, ())}
    scopes |= {"commands"} if use.commands or use.shortcuts else set()
    return scopes | ({"chat:write.customize"} if use.personas else set())


def differences(use: Use, manifest: dict[str, Any]) -> list[str]:
    """One line for each thing that only one side has."""
    scopes = manifest["oauth_config"]["scopes"]
    features = manifest["features"]
    sides = {
        "scope": (needed_scopes(use), {*scopes.get("bot", []), *scopes.get("bot_optional", [])}),
        "event": (subscribed(use), set(manifest["settings"]["event_subscriptions"]["bot_events"])),
        "slash command": (use.commands, {one["command"] for one in features.get("slash_commands", [])}),
        "shortcut": (use.shortcuts, {one["callback_id"] for one in features.get("shortcuts", [])}),
    }
    lines = [f"{place}: write the name as a string or a constant, it cannot be read" for place in use.unread]
    lines += [f"method {one}: not in the table of this test" for one in sorted(use.methods) if scopes_of(one) is None]
    for kind, (used, asked) in sides.items():
        lines += [f"{kind} {one}: used by the code, missing in manifest.yml" for one in sorted(used - asked)]
        lines += [f"{kind} {one}: in manifest.yml, used by nothing" for one in sorted(asked - used)]
    return lines


def test_the_manifest_asks_for_what_the_code_uses_and_nothing_else() -> None:
    files = [path for path in sorted((ROOT / "bot").rglob("*.py")) if "local" not in path.relative_to(ROOT).parts]
    use = use_of((str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")) for path in files)
    assert differences(use, yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))) == []


SAMPLE = '''
"""A docstring that says users.list is not called."""
MENTION = "app_mention"
class Callback(StrEnum):
    NEW = "new_mission"
@app.event(MENTION)
async def mentioned(client): await client.chat_postMessage(channel="C", username="Ada")
@app.event("message")
async def said(client): await client.api_call("files.unheardOf")
app.command("/baton")(go)
app.shortcut(Callback.NEW.value)(go)
app.event(names[0])(go)
async def replies(client): return await client.conversations_replies(channel="C", ts="1")
'''


def test_the_scan_finds_calls_registrations_constants_and_what_it_cannot_read() -> None:
    use = use_of([("sample.py", SAMPLE)])
    assert use.methods == {"chat.postMessage", "files.unheardOf", "conversations.replies"}
    assert (use.events, use.commands, use.shortcuts) == ({"app_mention", "message"}, {"/baton"}, {"new_mission"})
    assert use.unread == ["sample.py:12"]
    assert needed_scopes(use) == {
        "app_mentions:read",
        "chat:write",
        "chat:write.customize",
        "commands",
        *HISTORY,
    }


def test_each_difference_is_named_on_its_side() -> None:
    use = use_of([("a.py", 'client.users_info(user="U")\nclient.users_setPresence()\napp.event("app_mention")(go)')])
    manifest = {
        "oauth_config": {"scopes": {"bot": ["app_mentions:read", "pins:write"]}},
        "features": {"slash_commands": [{"command": "/baton"}]},
        "settings": {"event_subscriptions": {"bot_events": ["app_home_opened"]}},
    }
    assert differences(use, manifest) == [
        "method users.setPresence: not in the table of this test",
        "scope users:read: used by the code, missing in manifest.yml",
        "scope pins:write: in manifest.yml, used by nothing",
        "event app_mention: used by the code, missing in manifest.yml",
        "event app_home_opened: in manifest.yml, used by nothing",
        "slash command /baton: in manifest.yml, used by nothing",
    ]
