"""What every part of the workspace shares: its settings, its state and the ways to the app and to the page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.local.workspace.delivery import ACK_SECONDS, RETRY_DELAYS, Delivery
from bot.local.workspace.faults import Faults
from bot.local.workspace.ids import Clock, Stamps, new_id
from bot.local.workspace.rate_limits import RateLimits
from bot.local.workspace.state import Channel, Json, Message, State
from bot.local.workspace.tickets import Tickets
from bot.local.workspace.traffic import Traffic
from bot.views.blockcheck import Fault

STREAM_SECONDS = 306.0
"""How long real Slack lets a streamed message grow, however often it is appended to."""
VERIFICATION_TOKEN = "local-verification-token"
"""A long-retired field that Slack still fills; it proves nothing."""
SUBSCRIPTION_KINDS = {"channel": "channels", "group": "groups", "im": "im"}


Check = Callable[[Json], Sequence[Fault]]
"""What is wrong with a message or a view."""


@dataclass(frozen=True)
class Settings:
    """How this workspace treats the app."""

    bot_token: str
    app_token: str
    signing_secret: str
    scopes: frozenset[str]
    app_scopes: frozenset[str]
    subscriptions: frozenset[str]
    commands: tuple[Json, ...]
    shortcuts: tuple[Json, ...]
    suggested_prompts: tuple[Json, ...]
    check_message: Check
    check_view: Check
    methods: frozenset[str] | None = None
    ack_timeout: float = ACK_SECONDS
    retry_delays: tuple[float, ...] = RETRY_DELAYS
    stream_seconds: float = STREAM_SECONDS
    update_streamed: bool = False


@dataclass
class Core:
    """The workspace without its servers."""

    settings: Settings
    state: State
    clock: Clock
    stamps: Stamps
    faults: Faults
    traffic: Traffic
    limits: RateLimits
    tickets: Tickets
    delivery: Delivery
    base_url: str = ""
    tell_page: Callable[[Json, str | None], None] = lambda event, user: None
    touched: Callable[[], None] = lambda: None
    views: dict[str, Json] = field(default_factory=dict)
    stacks: dict[str, list[str]] = field(default_factory=dict)

    def show(self, event: Json, user: str | None = None) -> None:
        """Tell the open pages what changed; only those of `user` when one is named."""
        self.touched()
        self.tell_page(event, user)

    def emit(self, event: Json, channel: Channel | None = None) -> None:
        """Send an event to the app if it subscribes to it and sits in the channel."""
        if not self._wanted(event, channel):
            return
        state = self.state
        authorization = {
            "enterprise_id": None,
            "team_id": state.team_id,
            "user_id": state.bot_user,
            "is_bot": True,
            "is_enterprise_install": False,
        }
        self.delivery.event(
            {
                "token": VERIFICATION_TOKEN,
                "team_id": state.team_id,
                "context_team_id": state.team_id,
                "api_app_id": state.app_id,
                "event": event,
                "type": "event_callback",
                "event_id": new_id("Ev"),
                "event_time": int(self.clock()),
                "authorizations": [authorization],
                "is_ext_shared_channel": False,
                "event_context": new_id("4-", 40),
            }
        )

    def _wanted(self, event: Json, channel: Channel | None) -> bool:
        name = event["type"]
        if name == "message" and channel is not None:
            name = f"message.{SUBSCRIPTION_KINDS[channel.kind]}"
        member = channel is None or self.state.bot_user in channel.members
        return member and name in self.settings.subscriptions

    def visible(self, message: Message) -> bool:
        """Whether history already shows the message to the app."""
        return message.visible_at <= self.clock()
