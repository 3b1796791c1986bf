"""Faults on demand, so that a test or a person can see what the program does when a model server has a bad day."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class Kind(StrEnum):
    """What can go wrong. The first group answers instead of the model, the second spoils its answer."""

    RATE_LIMIT = "rate_limit"  # 429 with Retry-After
    QUOTA = "quota"  # 429 insufficient_quota: waiting does not help
    STATUS = "status"  # any HTTP status, e.g. 500, 502, 503, 529
    UNAUTHORIZED = "unauthorized"  # 401
    NO_MODEL = "no_model"  # 404 model_not_found
    CONTEXT = "context"  # 400 context_length_exceeded
    HANG = "hang"  # no byte for `seconds`
    DISCONNECT = "disconnect"  # the connection is closed without an answer
    NOT_JSON = "not_json"  # 200 with an HTML page as body
    NO_STRUCTURE = "no_structure"  # 400 on response_format
    NO_TOOLS = "no_tools"  # 400 on tools

    CUT = "cut"  # the body or the stream ends in the middle
    STREAM_DOUBLE = "stream_double"  # every chunk comes twice
    STREAM_SHUFFLE = "stream_shuffle"  # chunks out of order
    NO_USAGE = "no_usage"
    BROKEN_JSON = "broken_json"  # the answer's JSON is cut short
    FENCED_JSON = "fenced_json"  # the answer's JSON stands in a code fence with words around it
    TWO_OBJECTS = "two_objects"
    NAN = "nan"  # a number that JSON does not have
    WRONG_SCHEMA = "wrong_schema"  # an unknown field, a missing one
    PROSE = "prose"  # words instead of JSON or of tool calls
    EMPTY = "empty"
    REFUSAL = "refusal"
    FILTER = "filter"  # finish_reason content_filter
    LENGTH = "length"  # finish_reason length, text cut
    CYCLE = "cycle"  # planner: tasks that wait for each other
    UNKNOWN_SPECIALIST = "unknown_specialist"  # planner: a task for nobody
    UNKNOWN_TOOL = "unknown_tool"  # specialist: calls a tool that there is not
    MISQUOTE = "misquote"  # specialist: a figure in a quote is changed
    OBEY = "obey"  # does what documents tell it to do
    NEVER_CONTENT = "never_content"  # critic: always sends back
    LOOP = "loop"  # specialist: the same tool call again and again


WHOLE = frozenset(
    {
        Kind.RATE_LIMIT, Kind.QUOTA, Kind.STATUS, Kind.UNAUTHORIZED, Kind.NO_MODEL, Kind.CONTEXT, Kind.HANG,
        Kind.DISCONNECT, Kind.NOT_JSON, Kind.NO_STRUCTURE, Kind.NO_TOOLS,
    }
)  # fmt: skip
"""Faults that stand in place of an answer."""


class Unknown(Exception):
    """The fault asked for is not one of the faults there are."""


class Fault(BaseModel):
    """A fault in force. `times` None: until it is cleared."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    times: int | None = Field(default=1, ge=1)
    role: str = ""  # only requests of this role; "" for all
    model: str = ""  # only requests to this model; "" for all
    after: int = Field(default=0, ge=0)  # requests it lets pass first
    status: int = Field(default=500, ge=400, le=599)  # for status
    retry_after: float = Field(default=1, ge=0)  # seconds, for rate_limit
    seconds: float = Field(default=3600, ge=0)  # for hang
    goal: str = ""  # for obey: the text to act on; "" takes it out of what tools brought


class Faults:
    """The faults in force, in the order in which they were set."""

    def __init__(self) -> None:
        self._set: list[Fault] = []

    def add(self, kind: Kind | str, **details: Any) -> Fault:
        """Sets a fault. Raises Unknown."""
        try:
            fault = Fault.model_validate({"kind": kind, **details})
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"]))
            raise Unknown(f"The fault cannot be set: {place}: {first['msg']}.") from error
        self._set.append(fault)
        return fault

    def clear(self) -> None:
        """Ends all faults."""
        self._set.clear()

    def listing(self) -> list[dict[str, Any]]:
        """The faults in force, as JSON."""
        return [fault.model_dump(mode="json") for fault in self._set]

    def strike(self, role: str, model: str, body: dict[str, Any], extra: list[Fault]) -> list[Fault]:
        """The faults that strike this request; counts them. `extra` come with the request itself."""
        struck = [fault for fault in extra if _concerns(fault, body)]
        for fault in list(self._set):
            if fault.role not in ("", role) or fault.model not in ("", model) or not _concerns(fault, body):
                continue
            if fault.after:
                fault.after -= 1
                continue
            struck.append(fault)
            self._count(fault)
        return struck

    def _count(self, fault: Fault) -> None:
        if fault.times is None:
            return
        fault.times -= 1
        if fault.times == 0:
            self._set.remove(fault)


def _concerns(fault: Fault, body: dict[str, Any]) -> bool:
    """Whether the fault has something to spoil in this request."""
    if fault.kind is Kind.NO_STRUCTURE:
        return body.get("response_format") is not None
    if fault.kind is Kind.NO_TOOLS:
        return bool(body.get("tools"))
    return True


def of_header(text: str) -> list[Fault]:
    """`rate_limit; retry_after=2, no_usage` as faults for one request. Raises Unknown."""
    return [_of_part(part) for part in text.split(",") if part.strip()]


def _of_part(part: str) -> Fault:
    kind, *details = [piece.strip() for piece in part.split(";")]
    given = dict(piece.split("=", 1) for piece in details if "=" in piece)
    return Faults().add(kind, **{name.strip(): value.strip() for name, value in given.items()})
