"""Settings: every fault at once, by name, with its remedy; strangers get the nearest name; secrets stay secret."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from bot import config
from bot.config import Settings, SettingsError, load, strangers

SECRET = "very-secret-word"
SECRETS = (
    "slack_bot_token",
    "slack_app_token",
    "slack_signing_secret",
    "openai_api_key",
    "tavily_api_key",
    "brave_api_key",
)


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment and a folder in which nothing is set."""
    for name in [*config.known(), *config.OTHERS]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def given(**values: Any) -> Settings:
    """Settings as if they had been set."""
    whole = {
        "slack_bot_token": SecretStr("xoxb-1"),
        "slack_app_token": SecretStr("xapp-1"),
        "openai_api_key": SecretStr("key"),
    }
    return Settings.model_validate(whole | values)


def env_file(folder: Path, *lines: str) -> str:
    path = folder / "some.env"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


# ---- what is read ----


def test_without_anything_set_there_are_defaults() -> None:
    settings = load()
    assert settings.slack_api_url == "https://slack.com/api/"
    assert not settings.has_model
    assert settings.baton_library == []


def test_the_file_is_read_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = env_file(tmp_path, "BATON_MODEL=from-file", "BATON_PORT=4000")
    monkeypatch.setenv("BATON_MODEL", "from-environment")
    settings = load(file)
    assert (settings.baton_model, settings.baton_port) == ("from-environment", 4000)


def test_the_example_file_can_be_used_as_it_is() -> None:
    example = Path(__file__).resolve().parents[2] / ".env.example"
    assert load(str(example)) == load(None)
    assert strangers(str(example)) == []


def test_an_empty_value_counts_as_not_set(tmp_path: Path) -> None:
    settings = load(env_file(tmp_path, "SLACK_BOT_TOKEN=", "BATON_MODEL="))
    assert settings.slack_bot_token is None
    assert settings.baton_model == "gpt-5-mini"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('["one", "two"]', [Path("one"), Path("two")]),
        ("documents", [Path("documents")]),
        ("[]", []),
    ],
)
def test_a_list_is_json_or_one_word(written: str, read: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_LIBRARY", written)
    assert load().baton_library == read


def test_a_role_without_a_model_of_its_own_has_the_common_one() -> None:
    names = given(baton_model="common", baton_model_sceptic="other").model_names
    assert names == dict.fromkeys(("planner", "specialist", "critic", "manager"), "common") | {"sceptic": "other"}


def test_the_database_lies_in_the_data_folder_unless_it_is_named(tmp_path: Path) -> None:
    assert given(baton_data=tmp_path).database == f"sqlite:///{tmp_path / 'baton.db'}"
    assert given(database_url="postgresql://host/name").database == "postgresql://host/name"


def test_settings_do_not_change_after_they_were_read() -> None:
    with pytest.raises(ValidationError):
        given().baton_model = "another"


# ---- what is missing ----


def test_all_that_is_missing_is_told_at_once_by_name() -> None:
    told = load().missing(http=False)
    assert [line.split(" ")[0] for line in told] == ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "OPENAI_API_KEY"]
    assert all("is not set" in line and ".env" in line for line in told)


def test_over_http_the_signing_secret_is_needed_and_not_the_app_token() -> None:
    told = load().missing(http=True)
    assert [line.split(" ")[0] for line in told] == ["SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "OPENAI_API_KEY"]
    assert given(slack_app_token=None, slack_signing_secret=SecretStr("s")).missing(http=True) == []


def test_nothing_is_missing_when_all_is_there() -> None:
    assert given().missing(http=False) == []


def test_a_server_of_ones_own_needs_no_key() -> None:
    assert given(openai_api_key=None, openai_base_url="http://127.0.0.1:11434/v1").missing(http=False) == []


@pytest.mark.parametrize(
    ("name", "prefix"),
    [("slack_bot_token", "xoxb-"), ("slack_app_token", "xapp-")],
)
def test_a_token_of_the_wrong_kind_is_told_without_showing_it(name: str, prefix: str) -> None:
    (told,) = given(**{name: SecretStr(f"xoxp-{SECRET}")}).missing(http=False)
    assert told.startswith(f"{name.upper()} does not start with {prefix}")
    assert SECRET not in told


def test_exchanged_tokens_are_both_told() -> None:
    told = given(slack_bot_token=SecretStr("xapp-1"), slack_app_token=SecretStr("xoxb-1")).missing(http=False)
    assert [line.split(" ")[0] for line in told] == ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"]


# ---- what is wrong ----


def test_every_invalid_value_is_told_at_once_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {
        "BATON_PORT": "many",
        "BATON_ROLE": "boss",
        "BATON_LOG": "loud",
        "BATON_MODEL_PARALLEL": "0",
        "BATON_MODEL_DEADLINE": "-1",
        "BATON_LIBRARY": '["open',
    }
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as failed:
        load()
    lines = str(failed.value).splitlines()
    assert sorted(line.split(":")[0] for line in lines) == sorted(wrong)
    assert all(len(line) < 200 for line in lines)


@pytest.mark.parametrize("port", ["-1", "65536"])
def test_a_port_beyond_all_ports_is_refused(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_PORT", port)
    with pytest.raises(SettingsError, match="BATON_PORT"):
        load()


def test_a_fault_does_not_show_the_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_PORT", SECRET)
    with pytest.raises(SettingsError) as failed:
        load()
    assert SECRET not in str(failed.value)
    assert failed.value.__cause__ is None and failed.value.__suppress_context__


# ---- strangers ----


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("BATON_MODLE", "BATON_MODEL"),
        ("BATON_LIBARY", "BATON_LIBRARY"),
        ("BATON_MODEL_SKEPTIC", "BATON_MODEL_SCEPTIC"),
        ("BATON_DEPARTMENT", "BATON_DEPARTMENTS"),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest_one(name: str, near: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "x")
    assert strangers() == [f"{name} is not a setting of Baton; did you mean {near}?"]


def test_an_unknown_name_in_the_file_is_told(tmp_path: Path) -> None:
    file = env_file(tmp_path, "# SLACK_TOKEN=x", "SLACK_BOT_TOKN=x", "", "BATON_MODEL=x")
    assert strangers(file) == ["SLACK_BOT_TOKN is not a setting of Baton; did you mean SLACK_BOT_TOKEN?"]


def test_a_name_like_no_other_is_told_without_a_guess(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_ZZZZZZZZZZZZZZZZ", "x")
    assert strangers() == ["BATON_ZZZZZZZZZZZZZZZZ is not a setting of Baton."]


def test_names_of_other_programs_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATTERY", "x")
    monkeypatch.setenv("SLACK_BOT_TOKN", "x")
    assert strangers() == []


def test_known_names_are_no_strangers_however_they_are_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BATON_REQUIRE_BROWSER", "1")
    assert strangers(env_file(tmp_path, "export BATON_MODEL=x", "baton_port=1", "  BATON_LOG = debug")) == []


def test_a_file_that_is_no_text_is_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "some.env"
    path.write_bytes(b"BATON_MODLE=\xff\xfe\n")
    assert strangers(str(path)) == ["BATON_MODLE is not a setting of Baton; did you mean BATON_MODEL?"]


# ---- secrets ----


def test_secrets_are_in_no_printed_form() -> None:
    settings = given(**{name: SecretStr(f"xoxb-{SECRET}") for name in SECRETS})
    printed = (repr(settings), str(settings), repr(settings.model_dump()), settings.model_dump_json(), f"{settings!r}")
    assert [form for form in printed if SECRET in form] == []


def test_the_password_of_a_database_is_not_printed() -> None:
    settings = given(database_url=f"postgresql://baton:{SECRET}@host/name")
    assert SECRET not in repr(settings) + str(settings)
    assert SECRET in settings.database


def test_every_setting_that_holds_a_token_or_key_is_secret() -> None:
    sounding = {name for name in Settings.model_fields if name.endswith(("_token", "_key", "_secret"))}
    assert sounding == set(SECRETS)
    for name in sounding:
        assert "SecretStr" in str(Settings.model_fields[name].annotation)
