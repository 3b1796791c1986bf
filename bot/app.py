"""The one place where everything is put together."""

from __future__ import annotations

import logging
from collections.abc import Awaitable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from aiohttp import ClientError, web
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from agents.departments import DepartmentFiles
from agents.domain.mission import State
from agents.engine import Engine, EngineSettings, Phases
from agents.llm.client import OpenAIModel
from agents.llm.connect import ModelSettings
from agents.llm.prices import Prices
from agents.llm.prices import load as load_prices
from agents.phases.change import draft_change
from agents.phases.deliver import deliver_mission
from agents.phases.desk import Desk
from agents.phases.plan import plan_mission
from agents.phases.run import run_mission
from agents.ports import Clock
from agents.timing import cron
from agents.tools import LibraryFault, ToolSettings
from agents.tools import build as build_tools
from agents.tools.library import Library
from bot import listeners
from bot.clock import Rounds, SystemClock
from bot.config import Settings
from bot.control import Control
from bot.conversations import SlackConversations
from bot.decisions import Decisions
from bot.delegation import Delegations
from bot.doorkeeper import Doorkeeper
from bot.drain import Drain
from bot.gateway import Gateway, SlackError, Tempo, code_of
from bot.intake import Intake
from bot.listening import WATCH, Listening, NoSocket
from bot.presenter import Presenter, route
from bot.replies import Replies
from bot.revising import Revising
from bot.scheduling.fire import Fire
from bot.scheduling.follow import Follow
from bot.scheduling.preflight import Preflight, Purses, probe
from bot.scheduling.service import Schedules
from bot.scheduling.settle import Settling
from bot.scheduling.ticker import LOOK, Ticker
from bot.scheduling.understand import Understand
from bot.waiting import Waiting
from storage.database import Database
from storage.journal import open_journal
from storage.missions import MissionRows
from storage.outbox import Outbox
from storage.schedules import ScheduleRows

log = structlog.get_logger(__name__)

EVENTS_PATH = "/slack/events"
GRACE = 4.0  # seconds that running phases get to end; what they have recorded is not lost
SWEEP = 20.0  # seconds between looks for posts that nobody drains
INHERIT = 30.0  # seconds between looks for the work of dead processes
WAITS = 60.0  # seconds between looks for questions that have waited long
RENEW = 1500.0  # seconds after which the native status of a running mission is set again; Slack forgets it in an hour


class CannotStart(Exception):
    """The program cannot begin; the message says what to do, one line for each thing."""


@dataclass
class Baton:
    """A running program. `missions` and `journal` are what others may look at."""

    settings: Settings
    database: Database
    engine: Engine
    missions: MissionRows
    journal: Any
    model: OpenAIModel
    gateway: Gateway
    bolt: AsyncApp
    rounds: Rounds
    outbox: Outbox
    presenter: Presenter
    replies: Replies
    waiting: Waiting
    schedules: ScheduleRows
    ticker: Ticker
    _listening: Listening | None = field(default=None)
    _runner: web.AppRunner | None = field(default=None)

    async def start(self, *, http: bool = False) -> None:
        """Begins to work; interrupted phases and waiting posts go on. Raises CannotStart and EngineBusy."""
        await self.engine.start()
        if self.settings.baton_role != "worker":
            await (self._serve() if http else self._connect())
        self.rounds.every(SWEEP, "sweep", self._sweep)
        self.rounds.every(SWEEP, "replies", self.replies.sort_left)
        self.rounds.every(WAITS, "waiting", self.waiting.look)
        self.rounds.every(RENEW, "renew", self._renew)
        if self.database.path is None:  # PostgreSQL, on which other processes may work as well
            self.rounds.every(INHERIT, "inherit", self._inherit)
        self.rounds.every(LOOK, "schedules", self.ticker.look)
        self.rounds.start()
        await self._sweep()
        await self.ticker.look()

    async def stop(self) -> None:
        """Ends in an order in which nothing is lost: first no news, then no work, then the files."""
        self.rounds.stop()
        if self._listening is not None:
            await self._listening.close()
        if self._runner is not None:
            await self._runner.cleanup()
        await self.engine.stop(GRACE)
        await self.model.aclose()
        await self.journal.close()
        await self.database.close()

    async def _connect(self) -> None:
        token = _secret(self.settings.slack_app_token)
        client = AsyncWebClient(token=token, base_url=self.settings.slack_api_url)
        self._listening = Listening(self.bolt, client)
        try:
            await self._listening.open()
        except NoSocket as error:
            raise CannotStart(str(error)) from None
        self.rounds.every(WATCH, "watch", self._listening.watch)

    async def _serve(self) -> None:
        runner = self._runner = web.AppRunner(self.bolt.web_app(EVENTS_PATH))
        await runner.setup()
        try:
            await web.TCPSite(runner, self.settings.baton_host, self.settings.baton_port).start()
        except OSError:
            raise CannotStart(
                f"Port {self.settings.baton_port} is in use: stop the other program or set BATON_PORT."
            ) from None

    async def _sweep(self) -> None:
        """Posts always have a drain by their own commit; this is for those that were left by an accident."""
        for channel in await self.outbox.channels_waiting():
            await self.engine.start_drain(channel)

    async def _inherit(self) -> None:
        """Work of a process that died without a word goes on here."""
        await self.engine.take_over(self.database.heir)
        await self.journal.wallets.release_dead()

    async def _renew(self) -> None:
        for mission in await self.missions.open_missions(self.gateway.team):
            if mission.state is State.RUNNING:
                try:
                    await self.gateway.session(mission.channel, mission.thread, "processing", "", mission.requester)
                except SlackError as error:
                    log.info("session_not_renewed", mission=mission.id, reason=str(error))


async def build(settings: Settings, tempo: Tempo | None = None, clock: Clock | None = None) -> Baton:
    """Everything, not yet started. Raises CannotStart and the typed errors of storage, tools and departments."""
    clock = clock or SystemClock()
    client = AsyncWebClient(token=_secret(settings.slack_bot_token), base_url=settings.slack_api_url)
    identity = await _identity(client)
    tempo = tempo or Tempo.of(settings.baton_posts_per_second)
    gateway = Gateway(client, team=identity.team_id or "", bot=identity.bot_user_id or "", tempo=tempo)
    conversations = SlackConversations(gateway, _secret(settings.slack_bot_token), settings.slack_api_url)
    toolbox = await build_tools(_tool_settings(settings), conversations)
    departments = DepartmentFiles.load(settings.baton_departments, toolbox.names)
    database = Database.open(settings.database)
    await database.migrate()
    journal = await open_journal(database, clock)
    prices = load_prices(settings.baton_prices) if settings.baton_prices else load_prices()
    model = OpenAIModel(_model_settings(settings, prices))

    rounds = Rounds()
    own = EngineSettings(settings.database, executor_id=await database.worker_name(), role=settings.baton_role)
    await journal.wallets.release_worker(database.worker)
    phases = Phases(
        plan=lambda mission, rev: followed(plan_mission(desk, mission, rev), mission),
        run=lambda mission, rev: followed(run_mission(desk, mission, rev), mission),
        deliver=lambda mission, rev: followed(deliver_mission(desk, mission, rev), mission),
        change=lambda mission, number: draft_change(desk, mission, number),
        understand=lambda schedule, revision: understand(schedule, revision),
        fire=lambda schedule, wall: fire(schedule, wall),
    )
    engine = Engine(own, phases, lambda channel: drain(channel))
    missions = MissionRows(database, route, engine.enqueue_in, clock, journal)
    money = (journal.wallets, prices, settings.ceilings)
    desk = Desk(missions, journal, model, settings.model_names, toolbox, departments, clock, *money)
    outbox = Outbox(database, clock)
    consented = frozenset(settings.baton_shared_channels)
    doorkeeper = Doorkeeper(gateway, missions, departments, clock, consented)
    rows = ScheduleRows(database, engine.enqueue_in, clock, cron.walls)
    ticker = Ticker(rows, clock, rounds, lambda: follow.settle())
    settling = Settling(rows, departments, clock, ticker.wake)
    follow = Follow(rows, missions, departments, doorkeeper, gateway, clock, settling)
    purse = Purses(journal.wallets, departments, settings.ceilings, clock)
    preflight = Preflight(
        gateway, departments, clock, probe(_model_settings(settings, prices)), purse, lambda: _freshen(settings)
    )
    fire = Fire(rows, missions, gateway, clock, preflight, settling, engine.cancel)
    understand = Understand(desk, rows, missions)
    schedules = Schedules(rows, departments, doorkeeper, gateway, clock, ticker.wake)
    presenter = Presenter(missions, departments, clock, journal.wallets, follow.since, rows)
    drain = Drain(outbox, missions, presenter, gateway, clock)
    decisions = Decisions(missions, departments, doorkeeper, clock, engine.cancel)
    delegations = Delegations(missions, doorkeeper, clock)
    control = Control(missions, departments, doorkeeper, clock, decisions, engine.cancel)
    replies = Replies(missions, departments, doorkeeper, gateway, control)
    intake = Intake(missions, departments, gateway, clock, replies, schedules)
    waiting = Waiting(missions, departments, doorkeeper, gateway, clock, decisions)
    bolt = _bolt(settings, client, identity)
    served = (intake, decisions, missions, departments, gateway, presenter, doorkeeper, delegations, waiting)
    listeners.register(bolt, listeners.Context(*served, Revising(decisions), schedules, clock))

    async def followed(phase: Awaitable[None], mission: str) -> None:
        """A phase, and then what its end means for the schedule that the mission may be a run of."""
        await phase
        await follow(mission)

    return Baton(
        *(settings, database, engine, missions, journal, model, gateway, bolt, rounds, outbox, presenter),
        *(replies, waiting, rows, ticker),
    )


async def _identity(client: AsyncWebClient) -> AuthorizeResult:
    """Who we are in this workspace; a server without that method leaves it open. Raises CannotStart."""
    try:
        answer = await client.auth_test()
    except SlackApiError as error:
        code = code_of(error)
        if code == "unknown_method":
            return AuthorizeResult(enterprise_id=None, team_id=None, bot_token=client.token)
        if not code:
            raise CannotStart(f"What answers at {client.base_url} is not Slack: check SLACK_API_URL.") from None
        raise CannotStart(
            f"Slack refuses SLACK_BOT_TOKEN ({code}): copy the bot token again "
            "from your Slack app's page “OAuth & Permissions”."
        ) from None
    except (ClientError, TimeoutError, OSError):
        raise CannotStart(f"Slack does not answer at {client.base_url}: check the network and SLACK_API_URL.") from None
    return AuthorizeResult(
        enterprise_id=answer.get("enterprise_id"),
        team_id=answer.get("team_id"),
        bot_user_id=answer.get("user_id"),
        bot_id=answer.get("bot_id"),
        bot_token=client.token,
    )


def _bolt(settings: Settings, client: AsyncWebClient, identity: AuthorizeResult) -> AsyncApp:
    """The edge. `process_before_response`: what a person did is on record before Slack is told that we know."""

    async def authorize() -> AuthorizeResult:
        return identity

    secret = _secret(settings.slack_signing_secret)
    logging.getLogger("slack_bolt.AsyncApp").addFilter(_is_news)
    return AsyncApp(
        client=client,
        authorize=authorize,
        signing_secret=secret or None,
        request_verification_enabled=bool(secret),
        process_before_response=True,
    )


def _is_news(record: logging.LogRecord) -> bool:
    """Bolt remarks at every start that it has a token besides `authorize` and `client`; that is as it should be."""
    return not record.getMessage().startswith(("As `installation_store` or `authorize`", "As you gave `client`"))


def _tool_settings(settings: Settings) -> ToolSettings:
    search, key = "", ""
    if settings.tavily_api_key:
        search, key = "tavily", _secret(settings.tavily_api_key)
    elif settings.brave_api_key:
        search, key = "brave", _secret(settings.brave_api_key)
    elif settings.searxng_url:
        search = "searxng"
    return ToolSettings(
        library=tuple(Path(folder) for folder in settings.baton_library),
        index=settings.baton_data / "library.sqlite3",
        search=search,
        search_key=key,
        search_url=settings.searxng_url or "" if search == "searxng" else "",
        outside=tuple(settings.baton_tools),
    )


async def _freshen(settings: Settings) -> None:
    """Reads what is new or changed in the library; one that cannot be read stays as it was known."""
    given = _tool_settings(settings)
    if given.library:
        try:
            await Library.open(given.library, given.index)
        except LibraryFault as error:
            log.warning("library_not_refreshed", reason=str(error))


def _model_settings(settings: Settings, prices: Prices) -> ModelSettings:
    return ModelSettings(
        api_key=_secret(settings.openai_api_key),
        base_url=settings.openai_base_url,
        deadline_s=settings.baton_model_deadline,
        max_in_flight=settings.baton_model_parallel,
        max_tokens_field=settings.baton_max_tokens_field,
        structured=settings.baton_structured,
        prices=prices,
    )


def _secret(value: Any) -> str:
    return value.get_secret_value() if value is not None else ""
