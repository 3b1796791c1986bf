"""What the page sends, field by field; unknown fields are refused."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Json = dict[str, Any]


class Body(BaseModel):
    """Every gesture names who makes it."""

    model_config = ConfigDict(extra="forbid")
    user: str


class MessageBody(Body):
    channel: str
    text: str = ""
    thread_ts: str | None = None
    file_ids: list[str] = Field(default_factory=list)


class ReactionBody(Body):
    channel: str
    ts: str
    name: str
    add: bool = True


class EditBody(Body):
    channel: str
    ts: str
    text: str


class DeleteBody(Body):
    channel: str
    ts: str


class Container(BaseModel):
    """Where an element was used."""

    model_config = ConfigDict(extra="forbid")
    type: Literal["message", "view"]
    channel: str | None = None
    ts: str | None = None
    view_id: str | None = None


class FormState(BaseModel):
    """Values by block and action, each in Slack's shape for its element."""

    model_config = ConfigDict(extra="forbid")
    values: dict[str, dict[str, Json]] = Field(default_factory=dict)


class ActionBody(Body):
    container: Container
    channel: str | None = None
    block_id: str | None = None
    action_id: str
    type: str | None = None
    text: Json | None = None
    value: str | None = None
    selected_option: Json | None = None
    selected_options: list[Json] | None = None
    selected_user: str | None = None
    selected_users: list[str] | None = None
    selected_conversation: str | None = None
    selected_conversations: list[str] | None = None
    selected_channel: str | None = None
    selected_channels: list[str] | None = None
    selected_date: str | None = None
    selected_time: str | None = None
    selected_date_time: int | None = None
    rich_text_value: Json | None = None
    state: FormState | None = None

    def chosen(self) -> Json:
        """What was chosen, without where and who."""
        return self.model_dump(
            exclude={"user", "channel", "container", "block_id", "action_id", "type", "text", "state"},
            exclude_none=True,
        )


class SubmitBody(Body):
    view_id: str
    state: FormState = Field(default_factory=FormState)


class CloseBody(Body):
    view_id: str


class HomeBody(Body):
    tab: str = "home"


class CommandBody(Body):
    channel: str
    text: str
    thread_ts: str | None = None


class ShortcutBody(Body):
    callback_id: str
    channel: str | None = None
    ts: str | None = None


class StopBody(Body):
    channel: str
    thread_ts: str


class JoinBody(Body):
    channel: str
    invite: str | None = None


class RenameBody(Body):
    channel: str
    thread_ts: str
    title: str
