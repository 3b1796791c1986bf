"""What the workspace holds: people, channels, messages, files, canvases, views and sessions, all in memory."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
Kind = Literal["channel", "group", "im"]
SLACKBOT = "USLACKBOT"


@dataclass
class User:
    """A person or the bot."""

    id: str
    name: str
    real_name: str
    title: str = ""
    color: str = "4a154b"
    tz: str = "Europe/London"
    is_bot: bool = False
    is_guest: bool = False
    is_admin: bool = False
    deleted: bool = False

    @property
    def initials(self) -> str:
        """Up to two letters for the picture."""
        return "".join(word[0] for word in self.real_name.split()[:2]).upper()


@dataclass
class Channel:
    """A conversation; `group` is a private channel, `im` a direct message between the bot and one person."""

    id: str
    name: str
    kind: Kind
    topic: str = ""
    members: list[str] = field(default_factory=list)
    im_user: str | None = None
    archived: bool = False
    created: int = 0


@dataclass
class Stream:
    """The state of a streamed message. `mode` is fixed by the first content: plain text or chunks."""

    started: float
    mode: Literal["text", "chunks"] | None = None
    display: Literal["timeline", "plan"] = "timeline"
    open: bool = True
    stopped_by_user: bool = False
    text: str = ""
    tasks: dict[str, Json] = field(default_factory=dict)
    plan_title: str = ""
    blocks: list[Json] = field(default_factory=list)


@dataclass
class Message:
    """A message: `body` is Slack's message object without metadata; the rest steers who sees it and when."""

    channel: str
    ts: str
    body: Json
    metadata: Json | None = None
    visible_at: float = 0.0
    ephemeral_to: str | None = None
    stream: Stream | None = None
    earlier_blocks: list[list[Json]] = field(default_factory=list)

    @property
    def root(self) -> str:
        """The `ts` of the thread that this message belongs to or would begin."""
        return self.body.get("thread_ts") or self.ts

    @property
    def is_reply(self) -> bool:
        """Whether the message stands in a thread below its root."""
        return self.root != self.ts

    @property
    def by_bot(self) -> bool:
        """Whether the app wrote it."""
        return "bot_id" in self.body


@dataclass
class File:
    """An uploaded file. `shares` maps a channel to the stamps of the messages that carry it."""

    id: str
    name: str
    title: str
    mimetype: str
    user: str
    created: int
    content: bytes = b""
    length: int = 0
    uploaded: bool = False
    complete: bool = False
    shares: dict[str, list[str]] = field(default_factory=dict)


@dataclass
class Canvas:
    """A document; `access` maps a channel or user to read, write or owner."""

    id: str
    title: str
    markdown: str
    owner: str
    created: int
    access: dict[str, str] = field(default_factory=dict)


@dataclass
class Session:
    """An agent session of one thread. `renewed` is when its status was last set."""

    channel: str
    thread_ts: str
    status: str
    title: str
    initiator: str | None
    renewed: float


@dataclass
class State:
    """Everything that survives a restart of the server."""

    team_id: str
    team_name: str
    domain: str
    app_id: str
    bot_id: str
    bot_user: str
    users: dict[str, User] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    groups: dict[str, list[str]] = field(default_factory=dict)
    messages: dict[str, dict[str, Message]] = field(default_factory=dict)
    ephemeral: list[Message] = field(default_factory=list)
    files: dict[str, File] = field(default_factory=dict)
    canvases: dict[str, Canvas] = field(default_factory=dict)
    homes: dict[str, Json] = field(default_factory=dict)
    sessions: dict[tuple[str, str], Session] = field(default_factory=dict)
    statuses: dict[tuple[str, str], str] = field(default_factory=dict)
    prompts: dict[str, Json] = field(default_factory=dict)
    last_stamp: int = 0

    def add(self, message: Message) -> None:
        """Keep a message at the end of its channel."""
        self.messages.setdefault(message.channel, {})[message.ts] = message

    def message(self, channel: str, ts: str) -> Message | None:
        """The message with that stamp."""
        return self.messages.get(channel, {}).get(ts)

    def thread(self, channel: str, root: str) -> list[Message]:
        """Root and replies, oldest first; empty when there is no such root."""
        return [found for found in self.messages.get(channel, {}).values() if found.root == root]

    def top_level(self, channel: str) -> Iterator[Message]:
        """What the channel itself shows, oldest first: no replies but those that were also sent to the channel."""
        for message in self.messages.get(channel, {}).values():
            if not message.is_reply or message.body.get("subtype") == "thread_broadcast":
                yield message

    def direct(self, user: str) -> Channel | None:
        """The direct messages between the bot and this person."""
        return next((channel for channel in self.channels.values() if channel.im_user == user), None)
