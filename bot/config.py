"""Settings: from the environment and a `.env` file beside the program. Foreign names as their owners spell them."""

from __future__ import annotations

import difflib
import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from agents.domain.money import Ceilings, Limit

SLACK_API = "https://slack.com/api/"
ENV_FILE = ".env"


class SettingsError(Exception):
    """Settings are wrong or missing; each line of the message names one and its remedy."""


def _list(value: object) -> object:
    """A JSON list as written in `.env`; a word without brackets is a list of one."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value.lstrip().startswith("[") else [value]
    except ValueError:
        raise ValueError('it is not a list in JSON, such as ["first", "second"]') from None


def _address(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError("it is not an address that begins with http:// or https://")
    return value


Address = Annotated[str, AfterValidator(_address)]
T = TypeVar("T")
Listed = Annotated[list[T], NoDecode, BeforeValidator(_list)]


class Settings(BaseSettings):
    """Everything that can be set. `README.md` shows this table."""

    model_config = SettingsConfigDict(env_file=ENV_FILE, extra="ignore", env_ignore_empty=True, frozen=True)

    slack_bot_token: SecretStr | None = Field(None, description="Bot token of the Slack app, xoxb-...")
    slack_app_token: SecretStr | None = Field(None, description="App-level token for Socket Mode, xapp-...")
    slack_signing_secret: SecretStr | None = Field(None, description="Signing secret, for signed HTTP (`--http`)")
    slack_api_url: Address = Field(SLACK_API, description="Address of the Slack Web API; another one for a stand-in")
    openai_api_key: SecretStr | None = Field(None, description="Key of the model server")
    openai_base_url: Address | None = Field(None, description="Address of any OpenAI-compatible server, ending in /v1")
    database_url: str | None = Field(
        None,
        repr=False,  # it may hold a password
        description="sqlite:///path or postgresql://...; default: in BATON_DATA",
    )
    tavily_api_key: SecretStr | None = Field(None, description="Web search with Tavily")
    brave_api_key: SecretStr | None = Field(None, description="Web search with Brave")
    searxng_url: Address | None = Field(None, description="Web search with a SearXNG server of your own")

    baton_data: Path = Field(Path(".baton"), description="Folder for the database, the journal and the library index")
    baton_library: Listed[Path] = Field([], description='Folders with documents the team may quote, as JSON: ["docs"]')
    baton_departments: Path | None = Field(None, description="Folder with department files of your own")
    baton_model: str = Field("gpt-5-mini", description="Model for every role that has no other")
    baton_model_planner: str | None = Field(None, description="Model of the planner")
    baton_model_specialist: str | None = Field(None, description="Model of the specialists")
    baton_model_critic: str | None = Field(None, description="Model of the critic")
    baton_model_sceptic: str | None = Field(None, description="Model of the sceptic; best another one than the others")
    baton_model_manager: str | None = Field(None, description="Model of the manager")
    baton_model_deadline: float = Field(300, gt=0, description="Seconds for one model call with all its retries")
    baton_model_parallel: int = Field(16, ge=1, description="Model calls at the same time")
    baton_structured: Literal["auto", "schema", "json", "text"] = Field(
        "auto", description="How structured answers are asked for; auto finds out"
    )
    baton_max_tokens_field: Literal["max_completion_tokens", "max_tokens"] | None = Field(
        None, description="What the server calls the limit of an answer; unset: by address"
    )
    baton_prices: Path | None = Field(None, description="File with model prices of your own, in place of ours")
    baton_monthly_usd: Decimal | None = Field(None, gt=0, description="Dollars that the workspace may spend in a month")
    baton_channel_usd: dict[str, Annotated[Decimal, Field(gt=0)]] = Field(
        {}, description='Dollars that single channels may spend in a month, as JSON: {"C0123456": 20}'
    )
    baton_tools: Listed[str] = Field([], description="Outside tools (entry points of group baton.tools) to switch on")
    baton_shared_channels: Listed[str] = Field(
        [], description="Ids of channels shared with another organisation in which Baton may work; none unless named"
    )
    baton_host: str = Field("127.0.0.1", description="Address for signed HTTP")
    baton_port: int = Field(3000, ge=0, le=65535, description="Port for signed HTTP")
    baton_posts_per_second: float = Field(1, gt=0, description="Posts a second in one channel; Slack itself takes one")
    baton_role: Literal["all", "slack", "worker"] = Field("all", description="What this process does")
    baton_log: Literal["debug", "info", "warning", "error"] = Field("info", description="How much is logged")

    @property
    def database(self) -> str:
        """DATABASE_URL, or a SQLite file in the data folder."""
        return self.database_url or f"sqlite:///{self.baton_data.resolve() / 'baton.db'}"

    @property
    def model_names(self) -> dict[str, str]:
        """The model of each role."""
        roles = ("planner", "specialist", "critic", "sceptic", "manager")
        return {role: getattr(self, f"baton_model_{role}") or self.baton_model for role in roles}

    @property
    def ceilings(self) -> Ceilings:
        """What may be spent in a month, by the workspace and by single channels."""
        channels = {channel: Limit.of(usd) for channel, usd in self.baton_channel_usd.items()}
        return Ceilings(Limit.of(self.baton_monthly_usd), channels)

    @property
    def has_model(self) -> bool:
        """Whether a model server was named."""
        return bool(self.openai_api_key or self.openai_base_url)

    def missing(self, http: bool) -> list[str]:
        """What `baton run` cannot begin without, one sentence each, by name."""
        found = [_token(self.slack_bot_token, "SLACK_BOT_TOKEN", "xoxb-", "OAuth & Permissions")]
        if self.baton_role == "worker":
            pass  # it posts, but nothing is sent to it
        elif http:
            found.append(_token(self.slack_signing_secret, "SLACK_SIGNING_SECRET", "", "Basic Information"))
        else:
            page = "Basic Information, App-Level Tokens"
            found.append(_token(self.slack_app_token, "SLACK_APP_TOKEN", "xapp-", page))
        if not self.has_model:
            found.append(
                "OPENAI_API_KEY is not set: put the key of your model server into .env, "
                "or set OPENAI_BASE_URL for a server of your own (`baton check` finds local ones)."
            )
        return [sentence for sentence in found if sentence]


def _token(value: SecretStr | None, name: str, prefix: str, page: str) -> str:
    if value is None:
        return f"{name} is not set: copy it from your Slack app's page “{page}” into .env."
    if not value.get_secret_value().startswith(prefix):
        return f"{name} does not start with {prefix}: copy the right one from your Slack app's page “{page}”."
    return ""


def load(env_file: str | None = ENV_FILE) -> Settings:
    """The settings. Raises SettingsError with every fault at once."""
    try:
        return Settings(_env_file=env_file)  # type: ignore[call-arg]
    except ValidationError as error:
        faults = [f"{_name(fault['loc'])}: {fault['msg'].removeprefix('Value error, ')}." for fault in error.errors()]
        raise SettingsError("\n".join(faults)) from None


def _name(place: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in place).upper()


def known() -> list[str]:
    """Names of all settings, as they are written."""
    return [name.upper() for name in Settings.model_fields]


def strangers(env_file: str | None = ENV_FILE) -> list[str]:
    """A warning for each setting that looks like ours but is not, with the nearest name."""
    names = {name for name in os.environ if name.upper().startswith("BATON_")}
    if env_file and Path(env_file).is_file():
        lines = Path(env_file).read_text("utf-8", errors="replace").splitlines()
        names |= {_named(line) for line in lines if "=" in line and not line.lstrip().startswith("#")}
    return [_warning(name) for name in sorted(names) if name.upper() not in OTHERS.union(known())]


def _named(line: str) -> str:
    return line.split("=", 1)[0].strip().removeprefix("export ").strip()


# Read by tests and by the programs that start Baton, not settings of the product.
OTHERS = {"BATON_TEST_DATA", "BATON_REQUIRE_BROWSER", "BATON_MANIFEST_SCHEMA", "BATON_TEST_LIVE"}


def _warning(name: str) -> str:
    near = difflib.get_close_matches(name.upper(), known(), n=1)
    return f"{name} is not a setting of Baton" + (f"; did you mean {near[0]}?" if near else ".")
