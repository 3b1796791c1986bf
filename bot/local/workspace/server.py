"""The local workspace as a whole: builds its parts and serves them on loopback."""

import errno
import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

from aiohttp import web

from bot.local.workspace import persistence, seed
from bot.local.workspace.acting import Acting
from bot.local.workspace.core import STREAM_SECONDS, Check, Core, Settings
from bot.local.workspace.delivery import ACK_SECONDS, RETRY_DELAYS, Delivery, Transport
from bot.local.workspace.errors import LocalWorkspaceError, NotLoopback, PortInUse
from bot.local.workspace.faults import Faults
from bot.local.workspace.http_delivery import LOOPBACK, HttpDelivery
from bot.local.workspace.ids import Clock, Stamps
from bot.local.workspace.page_api import traffic_event
from bot.local.workspace.page_guard import allowed_hosts
from bot.local.workspace.page_socket import Pages
from bot.local.workspace.rate_limits import RateLimits
from bot.local.workspace.routes import PAGE_FOLDER, Surface, application
from bot.local.workspace.socket_mode import SocketMode
from bot.local.workspace.state import Json, State
from bot.local.workspace.tickets import Tickets
from bot.local.workspace.traffic import Entry, Traffic
from bot.views import blockcheck

LONGEST_LINE = 256 * 1024
"""Bytes of a request line: slack-sdk sends the arguments of many methods in the query."""


class Workspace(Acting):
    """A Slack workspace on this machine.

    `delivery` is `socket` (the app connects) or `http` (signed requests to `request_url`). `methods` restricts the
    Web API to those names. Tokens and the signing secret are made afresh unless given. `state_file` keeps the
    conversations over a restart. `clock` gives seconds since 1970.
    """

    def __init__(
        self,
        port: int = 0,
        host: str = "127.0.0.1",
        *,
        bot_token: str | None = None,
        app_token: str | None = None,
        signing_secret: str | None = None,
        delivery: Literal["socket", "http"] = "socket",
        request_url: str | None = None,
        rate_limits: bool = True,
        state_file: Path | str | None = None,
        methods: Iterable[str] | None = None,
        clock: Clock = time.time,
        scopes: Iterable[str] = seed.SCOPES,
        subscriptions: Iterable[str] = seed.SUBSCRIPTIONS,
        commands: Sequence[Json] = seed.COMMANDS,
        shortcuts: Sequence[Json] = seed.SHORTCUTS,
        suggested_prompts: Sequence[Json] = seed.SUGGESTED_PROMPTS,
        ack_timeout: float = ACK_SECONDS,
        retry_delays: tuple[float, ...] = RETRY_DELAYS,
        stream_seconds: float = STREAM_SECONDS,
        update_streamed: bool = False,
        check_message: Check = blockcheck.check_message,
        check_view: Check = blockcheck.check_view,
        page_folder: Path = PAGE_FOLDER,
    ) -> None:
        if host not in LOOPBACK:
            raise NotLoopback("the host", host)
        self.host = "127.0.0.1" if host == "localhost" else host
        self.wanted_port = port
        self.faults = Faults()
        self.recorder = Traffic(clock)
        self.settings = Settings(
            bot_token=bot_token or f"xoxb-local-{secrets.token_hex(16)}",
            app_token=app_token or f"xapp-local-{secrets.token_hex(16)}",
            signing_secret=signing_secret or secrets.token_hex(16),
            scopes=frozenset(scopes),
            app_scopes=seed.APP_SCOPES,
            subscriptions=frozenset(subscriptions),
            commands=tuple(commands),
            shortcuts=tuple(shortcuts),
            suggested_prompts=tuple(suggested_prompts),
            check_message=check_message,
            check_view=check_view,
            methods=frozenset(methods) if methods is not None else None,
            ack_timeout=ack_timeout,
            retry_delays=retry_delays,
            stream_seconds=stream_seconds,
            update_streamed=update_streamed,
        )
        path = Path(state_file) if state_file is not None else None
        state = (persistence.read(path) if path is not None else None) or seed.workspace(int(clock()))
        self.keeper = persistence.Keeper(path, state) if path is not None else None
        self.sockets = SocketMode(state.app_id, self.faults, self._connection_changed)
        self.http = HttpDelivery(request_url, self.settings.signing_secret, clock) if delivery == "http" else None
        self.core = self._core(state, clock, self.http or self.sockets, rate_limits)
        self.pages = Pages(self.core)
        self.core.tell_page = self.pages.tell
        self.recorder.tell = self._tell_traffic
        surface = Surface(self.core, self.sockets, self.pages, page_folder, lambda: self.connected)
        self._app = application(self.core, surface, self.disconnect, lambda: allowed_hosts(self.port))
        self._runner: web.AppRunner | None = None
        self.port = port

    async def start(self) -> None:
        """Listen; PortInUse when another program has the port."""
        if self.keeper is not None:
            self.core.touched = self.keeper.touch
            self.keeper.start()
        runner = web.AppRunner(
            self._app, access_log=None, shutdown_timeout=1.0, max_line_size=LONGEST_LINE, max_field_size=LONGEST_LINE
        )
        await runner.setup()
        try:
            await web.TCPSite(runner, self.host, self.wanted_port, reuse_address=True).start()
        except OSError as problem:
            await runner.cleanup()
            await self.stop()
            raise self._refusal(problem) from problem
        self._runner, self.port = runner, runner.addresses[0][1]
        self.core.base_url = self.url.rstrip("/")

    async def stop(self) -> None:
        """Close everything and write what is not written yet."""
        await self.core.delivery.stop()
        self.pages.stop()
        await self.sockets.stop()
        if self.http is not None:
            await self.http.stop()
        if self._runner is not None:
            await self._runner.cleanup()
        if self.keeper is not None:
            await self.keeper.stop()

    async def __aenter__(self) -> "Workspace":
        await self.start()
        return self

    async def __aexit__(self, *_: Any) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        """The page."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/"

    @property
    def api_url(self) -> str:
        """The Web API, for SLACK_API_URL."""
        return f"{self.url}api/"

    @property
    def bot_token(self) -> str:
        """The app's bot token."""
        return self.settings.bot_token

    @property
    def app_token(self) -> str:
        """The app-level token, for Socket Mode."""
        return self.settings.app_token

    @property
    def signing_secret(self) -> str:
        """What HTTP deliveries are signed with."""
        return self.settings.signing_secret

    @property
    def state(self) -> State:
        """Everything in the workspace."""
        return self.core.state

    @property
    def traffic(self) -> list[Entry]:
        """Every Web API call and every delivery so far, secrets hidden."""
        return self.recorder.entries

    @property
    def connected(self) -> bool:
        """Whether the app can be reached: it has a socket open, or its request address is known."""
        return self.sockets.connected or (self.http is not None and self.http.request_url is not None)

    def environment(self) -> dict[str, str]:
        """The settings that point an app at this workspace."""
        return {
            "SLACK_API_URL": self.api_url,
            "SLACK_BOT_TOKEN": self.bot_token,
            "SLACK_APP_TOKEN": self.app_token,
            "SLACK_SIGNING_SECRET": self.signing_secret,
        }

    async def wait_until_connected(self, timeout: float = 10.0) -> None:
        """Wait until the app has a socket open."""
        await self.wait_for(lambda: self.connected, timeout)

    async def point_at(self, request_url: str) -> None:
        """HTTP delivery: send to this address, once it has proven to be the app's."""
        if self.http is None:
            raise LocalWorkspaceError('This workspace delivers through sockets; start it with delivery="http".')
        self.http.point_at(request_url)
        await self.http.verify()

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Send the app's sockets away: warning, refresh_requested, too_many_websockets or link_disabled."""
        if reason == "link_disabled":
            self.core.tickets.sockets.clear()
        await self.sockets.disconnect(reason)

    def _core(self, state: State, clock: Callable[[], float], transport: Transport, rate_limits: bool) -> Core:
        settings = self.settings
        return Core(
            settings=settings,
            state=state,
            clock=clock,
            stamps=Stamps(clock, state.last_stamp),
            faults=self.faults,
            traffic=self.recorder,
            limits=RateLimits(clock, rate_limits),
            tickets=Tickets(clock),
            delivery=Delivery(transport, self.faults, self.recorder, settings.ack_timeout, settings.retry_delays),
        )

    def _connection_changed(self, connected: bool) -> None:
        self.recorder.changed()
        self.core.tell_page({"type": "bot", "connected": connected}, None)

    def _tell_traffic(self, entry: Entry) -> None:
        self.core.tell_page(traffic_event(entry), None)

    def _refusal(self, problem: OSError) -> LocalWorkspaceError:
        if problem.errno == errno.EADDRINUSE:
            return PortInUse(self.host, self.wanted_port)
        return LocalWorkspaceError(
            f"The local workspace cannot listen on {self.host}:{self.wanted_port}: {problem.strerror}; "
            "choose another port."
        )
