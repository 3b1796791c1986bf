"""Faults on demand, so that a test or a person can see what the app does when Slack has a bad day."""

from dataclasses import dataclass, field
from random import Random

from pydantic import BaseModel, ConfigDict, Field

ANY = "*"
"""Stands for every method."""


@dataclass
class Countdown:
    """A fault that strikes a number of times."""

    times: int
    detail: str | int = ""

    def strike(self) -> bool:
        """Whether the fault strikes now; counts it."""
        if self.times <= 0:
            return False
        self.times -= 1
        return True


@dataclass
class Faults:
    """The faults in force. Methods are named as in Slack, `*` means every method."""

    lost: dict[str, Countdown] = field(default_factory=dict)
    storms: dict[str, Countdown] = field(default_factory=dict)
    broken: dict[str, Countdown] = field(default_factory=dict)
    refused: dict[str, Countdown] = field(default_factory=dict)
    history_delay: float = 0.0
    copies: int = 1
    event_delay: float = 0.0
    shuffle_window: float = 0.0
    deaf: bool = False
    drop_events: int = 0
    random: Random = field(default_factory=lambda: Random(0))

    def lose_answer(self, method: str, times: int = 1) -> None:
        """Carry out the next calls of the method but break the connection instead of answering."""
        self.lost[method] = Countdown(times)

    def storm(self, method: str = ANY, times: int = 1, retry_after: int = 1) -> None:
        """Answer the next calls with 429 and this Retry-After, in seconds."""
        self.storms[method] = Countdown(times, retry_after)

    def break_down(self, method: str = ANY, times: int = 1, status: int = 503) -> None:
        """Answer the next calls with this HTTP status and no JSON."""
        self.broken[method] = Countdown(times, status)

    def refuse(self, method: str, error: str, times: int = 1) -> None:
        """Answer the next calls with `ok: false` and this error."""
        self.refused[method] = Countdown(times, error)

    def slow_history(self, seconds: float) -> None:
        """Keep new messages out of history and replies for so long."""
        self.history_delay = seconds

    def repeat_events(self, copies: int) -> None:
        """Deliver every event so many times, with the same event id, acknowledged or not."""
        self.copies = max(1, copies)

    def reorder_events(self, window: float) -> None:
        """Gather events for so many seconds and deliver them in a shuffled order; 0 ends it."""
        self.shuffle_window = window

    def delay_events(self, seconds: float) -> None:
        """Hold every event back for so long."""
        self.event_delay = seconds

    def deafen(self, deaf: bool = True) -> None:
        """Keep sockets open and answer their pings, but send nothing through them."""
        self.deaf = deaf

    def lose_events(self, count: int) -> None:
        """Never deliver the next events."""
        self.drop_events = count

    def strikes(self, kind: dict[str, Countdown], method: str) -> Countdown | None:
        """The fault of this kind that hits the method now, if any."""
        for name in (method, ANY):
            found = kind.get(name)
            if found is not None and found.strike():
                return found
        return None

    def clear(self) -> None:
        """Good weather again."""
        fresh = Faults()
        self.__dict__.update(fresh.__dict__)


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CallOrder(_Order):
    """A fault of one method for a number of calls."""

    method: str = ANY
    times: int = Field(default=1, ge=0, le=10_000)


class StormOrder(CallOrder):
    """A 429 storm."""

    retry_after: int = Field(default=1, ge=1, le=3600)


class BreakOrder(CallOrder):
    """Server errors."""

    status: int = Field(default=503, ge=500, le=599)


class RefuseOrder(CallOrder):
    """An `ok: false` answer."""

    error: str


class FaultOrder(_Order):
    """The body of POST /local/faults: what to switch on; `clear` comes first."""

    clear: bool = False
    lose_answer: CallOrder | None = None
    storm: StormOrder | None = None
    break_down: BreakOrder | None = None
    refuse: RefuseOrder | None = None
    slow_history: float | None = Field(default=None, ge=0)
    repeat_events: int | None = Field(default=None, ge=1, le=20)
    reorder_events: float | None = Field(default=None, ge=0, le=10)
    delay_events: float | None = Field(default=None, ge=0, le=600)
    lose_events: int | None = Field(default=None, ge=0)
    deaf: bool | None = None
    disconnect: str | None = None

    def apply(self, faults: Faults) -> None:
        """Switch on what is asked; `disconnect` is the server's to do."""
        if self.clear:
            faults.clear()
        if self.lose_answer is not None:
            faults.lose_answer(**self.lose_answer.model_dump())
        if self.storm is not None:
            faults.storm(**self.storm.model_dump())
        if self.break_down is not None:
            faults.break_down(**self.break_down.model_dump())
        if self.refuse is not None:
            faults.refuse(**self.refuse.model_dump())
        self._apply_to_events(faults)

    def _apply_to_events(self, faults: Faults) -> None:
        if self.slow_history is not None:
            faults.slow_history(self.slow_history)
        if self.repeat_events is not None:
            faults.repeat_events(self.repeat_events)
        if self.reorder_events is not None:
            faults.reorder_events(self.reorder_events)
        if self.delay_events is not None:
            faults.delay_events(self.delay_events)
        if self.lose_events is not None:
            faults.lose_events(self.lose_events)
        if self.deaf is not None:
            faults.deafen(self.deaf)
