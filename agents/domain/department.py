"""A department: who is on the team, with which tools and limits, and who may say yes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.domain.authority import Checkpoint, GateKind, Policy
from agents.domain.money import NO_TERMS, Terms
from agents.domain.waiting import USUAL, Patience

if TYPE_CHECKING:
    from agents.domain.mission import Gate


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
    reviewer: str | None = None  # id of the member who reviews its work; never itself


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
    policies: tuple[tuple[GateKind, Policy], ...] = ()  # who may answer checkpoints of a kind, where not the approvers
    checkpoints: tuple[Checkpoint, ...] = ()  # that the department adds before some tasks
    patience: Patience = USUAL  # while its questions wait
    terms: Terms = NO_TERMS  # what missions may cost
    sceptic: bool = True  # whether claims are doubted by a reader of their own, and the conclusion by an advocate
    sceptic_tools: tuple[str, ...] = ("search", "read")  # what the sceptic looks for counter-evidence with
    source_days: int = 730  # a claim whose newest source is older than this is not taken for true without a word
    repeats: tuple[Repeat, ...] = ()  # schedules that people are offered to set up

    def specialist(self, id: str) -> Specialist | None:
        """The member of that id, or None."""
        return next((member for member in self.specialists if member.id == id), None)

    def model(self, role: str) -> str | None:
        """The model set for a role, or None for the installation's default."""
        return dict(self.models).get(role)

    def policy(self, kind: GateKind, name: str = "") -> Policy:
        """Who may answer a checkpoint: of its own name, else of its kind, else whom the department lets approve."""
        if own := next((one.policy for one in self.checkpoints if name and one.name == name), None):
            return own
        kinds = dict(self.policies)
        near: GateKind = {"contested": "result", "questions": "plan", "change": "plan"}.get(kind, kind)  # type: ignore[assignment]
        return kinds.get(kind) or kinds.get(near) or Policy(self.approvers)

    def policy_of(self, gate: Gate | None) -> Policy:
        """Who may answer this question; without one, who may answer for the plan."""
        return self.policy(gate.kind, gate.name) if gate else self.policy("plan")

    def every_policy(self) -> tuple[Policy, ...]:
        """Each policy that the department has, the approvers' first."""
        return (Policy(self.approvers), *(one for _, one in self.policies), *(one.policy for one in self.checkpoints))
