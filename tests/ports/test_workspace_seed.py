"""The local workspace treats the app as manifest.yml would have Slack treat it."""

from pathlib import Path

import yaml

from bot.local.workspace import seed


def test_the_seed_is_the_manifest() -> None:
    manifest = yaml.safe_load((Path(__file__).parents[2] / "manifest.yml").read_text(encoding="utf-8"))
    features, scopes = manifest["features"], manifest["oauth_config"]["scopes"]
    assert set(manifest["settings"]["event_subscriptions"]["bot_events"]) == seed.SUBSCRIPTIONS
    assert {*scopes["bot"], *scopes["bot_optional"]} == seed.SCOPES
    assert features["slash_commands"] == list(seed.COMMANDS)
    described = [{key: each[key] for key in ("name", "type", "callback_id")} for each in features["shortcuts"]]
    assert described == list(seed.SHORTCUTS)
