"""A department: who is on the team, with which tools and limits, and who may say yes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What bounds one specialist or one role."""

    turns: int = 12  # model turns in one attempt
    calls: int = 24  # tool calls in one attempt
    output_tokens: int = 4000  # per model call


@dataclass(frozen=True)
class Specialist:
    """A member with charter, tools and limits."""

    id: str  # short name used in plans, e.g. "researcher"
    title: str  # shown in Slack, e.g. "Researcher"
    icon: str  # a Slack emoji name with colons, e.g. ":mag:"
    charter: str  # what the member is for and how it works
    tools: tuple[str, ...] = ()
    model: str | None = None  # None: the department's model for specialists
    limits: Limits = Limits()


@dataclass(frozen=True)
class Repeat:
    """A mission that the department offers to do again and again."""

    text: str
    cron: str


@dataclass(frozen=True)
class Department:
    """A team set up for a workspace or channel."""

    id: str
    title: str
    purpose: str
    specialists: tuple[Specialist, ...]
    models: tuple[tuple[str, str], ...] = ()  # (role, model) for planner, specialist, critic, sceptic, manager
    approvers: tuple[str, ...] = ("requester",)  # who may answer checkpoints: "requester" or Slack user ids
    parallel: int = 4  # tasks at the same time
    rework_rounds: int = 2  # how often work goes back before a person is asked
    max_tasks: int = 12
    max_calls: int = 300  # model calls in one mission, all roles together
    words: tuple[str, ...] = ()  # words in a mission that suggest this department
    repeats: tuple[Repeat, ...] = ()  # schedules that people are offered to set up

    def specialist(self, id: str) -> Specialist | None:
        """The member of that id, or None."""
        return next((member for member in self.specialists if member.id == id), None)

    def model(self, role: str) -> str | None:
        """The model set for a role, or None for the installation's default."""
        return dict(self.models).get(role)
