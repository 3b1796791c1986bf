"""manifest.yml is a valid Slack manifest, also for readers of YAML 1.1 and by names Slack knows."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

PATH = Path(__file__).parents[2] / "manifest.yml"
TEXT = PATH.read_text(encoding="utf-8")
MANIFEST: dict[str, Any] = yaml.safe_load(TEXT)

# Slack's schema takes any string for these, so a typing error would pass it.
KNOWN_SCOPES = {
    "app_mentions:read", "assistant:write", "bookmarks:read", "bookmarks:write", "canvases:read", "canvases:write",
    "channels:history", "channels:join", "channels:manage", "channels:read", "chat:write", "chat:write.customize",
    "chat:write.public", "commands", "emoji:read", "files:read", "files:write", "groups:history", "groups:read",
    "groups:write", "im:history", "im:read", "im:write", "links:read", "links:write", "lists:read", "lists:write",
    "metadata.message:read", "mpim:history", "mpim:read", "mpim:write", "pins:read", "pins:write", "reactions:read",
    "reactions:write", "team:read", "usergroups:read", "usergroups:write", "users:read", "users:read.email",
    "users:write", "users.profile:read",
}  # fmt: skip
KNOWN_EVENTS = {
    "agent_session_stopped", "agent_session_title_changed", "app_context_changed", "app_home_opened", "app_mention",
    "app_rate_limited", "app_uninstalled", "assistant_thread_context_changed", "assistant_thread_started",
    "channel_archive", "channel_deleted", "channel_rename", "channel_unarchive", "file_shared", "function_executed",
    "group_archive", "link_shared", "member_joined_channel", "member_left_channel", "message.channels",
    "message.groups", "message.im", "message.mpim", "reaction_added", "reaction_removed", "team_join",
    "tokens_revoked", "user_change",
}  # fmt: skip


def values(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(node, dict):
        for name, one in node.items():
            yield from values(one, f"{path}/{name}")
    elif isinstance(node, list):
        for index, one in enumerate(node):
            yield from values(one, f"{path}/{index}")
    else:
        yield path, node


def test_it_reads_the_same_in_yaml_1_1_and_1_2() -> None:
    words = re.sub(r'"[^"]*"', "", TEXT)
    assert not re.search(r"(?im)^\s*(?:-\s+)?(?:[\w.]+:\s+)?(?:yes|no|on|off|y|n|null|~)\s*$", words)
    assert not re.search(r"(?m)^\s*(?:yes|no|on|off|true|false|\d+)\s*:", words)
    flags = [path for path, one in values(MANIFEST) if isinstance(one, bool)]
    assert all(re.search(r"(enabled|always_online|should_escape)$", path) for path in flags)
    assert "\t" not in TEXT


def test_names_and_descriptions_keep_slacks_lengths() -> None:
    shown = MANIFEST["display_information"]
    assert shown["name"] == "Baton"
    assert len(shown["name"]) <= 35
    assert 10 < len(shown["description"]) <= 140
    assert 175 <= len(shown["long_description"]) <= 4000
    assert re.fullmatch(r"#[0-9a-f]{6}", shown["background_color"])
    features = MANIFEST["features"]
    assert len(features["agent_view"]["agent_description"]) <= 300
    assert 1 <= len(features["agent_view"]["suggested_prompts"]) <= 4
    assert len(features["bot_user"]["display_name"]) <= 80
    assert all(len(one["name"]) <= 24 and len(one["description"]) <= 150 for one in features["shortcuts"])
    assert all(len(one["callback_id"]) <= 255 for one in features["shortcuts"])
    assert all(re.fullmatch(r"/[a-z]{1,31}", one["command"]) for one in features["slash_commands"])
    assert all(len(one["usage_hint"]) <= 1000 for one in features["slash_commands"])


def test_it_has_the_features_the_program_is_used_through() -> None:
    features = MANIFEST["features"]
    assert {one["callback_id"]: one["type"] for one in features["shortcuts"]} == {
        "new_mission": "global",
        "mission_from_message": "message",
    }
    assert [one["command"] for one in features["slash_commands"]] == ["/baton"]
    assert features["app_home"] == {
        "home_tab_enabled": True,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": False,
    }
    assert "assistant_view" not in features
    settings = MANIFEST["settings"]
    assert settings["interactivity"] == {"is_enabled": True}
    assert (settings["socket_mode_enabled"], settings["org_deploy_enabled"]) == (True, False)


def test_scopes_and_events_are_names_slack_knows_once_each_in_order() -> None:
    scopes = MANIFEST["oauth_config"]["scopes"]
    events = MANIFEST["settings"]["event_subscriptions"]["bot_events"]
    everything = scopes["bot"] + scopes["bot_optional"]
    assert set(everything) <= KNOWN_SCOPES
    assert set(events) <= KNOWN_EVENTS
    assert len(everything) == len(set(everything))
    for names in (scopes["bot"], scopes["bot_optional"], events):
        assert names == sorted(set(names))
    assert set(MANIFEST["oauth_config"]["scopes"]) == {"bot", "bot_optional"}, "nothing is asked of people's accounts"


def test_it_keeps_slacks_published_schema() -> None:
    schema = os.environ.get("BATON_MANIFEST_SCHEMA")
    if not schema:
        pytest.skip("BATON_MANIFEST_SCHEMA does not name Slack's manifest.schema.2.0.0.json")
    validator = jsonschema.Draft7Validator(json.loads(Path(schema).read_text(encoding="utf-8")))
    assert [error.message for error in validator.iter_errors(MANIFEST)] == []
