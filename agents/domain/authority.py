"""Who may do what: what can be asked for, who may answer a checkpoint, and when enough people have said yes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Action = Literal[
    "ask",  # give a mission
    "steer",  # leave a note, answer a question
    "decide",  # answer a checkpoint
    "stop",
    "pause",
    "resume",
    "retry",
    "skip",
    "edit",  # change a plan or a result
    "read",
    "delegate",  # let somebody else answer a checkpoint
    "kill",  # halt the whole workspace
    "schedule",
]

# "questions" and "change" are asked about by the plan's policy: open questions before it, and a changed plan meanwhile.
GateKind = Literal["questions", "plan", "change", "tool", "budget", "contested", "task", "result", "named"]

REQUESTER = "requester"
DELEGATE = "delegate:"  # begins the authority of whoever stands in, before the id of the one who delegated
YES = frozenset({"approve", "accept", "raise"})  # choices that take as many people as the policy says; a no takes one


def person(id: str) -> bool:
    """Whether Slack would call a person so, and not a group, a channel or anything of ours."""
    return id.startswith(("U", "W"))


@dataclass(frozen=True)
class Policy:
    """Who may answer a checkpoint of some kind, and how many of them have to say yes."""

    who: tuple[str, ...] = (REQUESTER,)  # "requester", ids of people, "@S012ABC" for a user group; empty: nobody
    needed: int = 1  # so many different people
    requester: Literal["counts", "not_alone", "never"] = "counts"  # what the requester's own yes is worth

    @property
    def groups(self) -> tuple[str, ...]:
        """Ids of the user groups that are named."""
        return tuple(one.removeprefix("@") for one in self.who if one.startswith("@"))


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint that a department adds: asked before each task of a specialist or of a kind of output."""

    name: str  # shown to people, e.g. "Legal"
    before: str  # id of a specialist, or text, table, items
    policy: Policy


@dataclass(frozen=True)
class Delegation:
    """Somebody who may answer a mission's checkpoints in another person's place, until then."""

    mission: str
    by: str  # whose authority it is
    to: str
    until: datetime


@dataclass(frozen=True)
class Standing:
    """What is known, besides the policy, when somebody's authority is looked at."""

    groups: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])  # members that Slack named
    delegations: tuple[Delegation, ...] = ()  # those that have not run out


@dataclass(frozen=True)
class Vote:
    """What one person said at a checkpoint, and by which authority. The newest of each person counts."""

    gate: str
    user: str
    choice: str
    at: datetime
    authority: str
    digest: str  # of what was shown


@dataclass(frozen=True)
class Ruling:
    """Whether somebody may do something: by which authority, or why not, with a sentence for them alone."""

    allowed: bool
    authority: str  # requester, named, group:S012ABC, delegate:U012ABC, member, admin; if refused: what is in the way
    said: str = ""  # when refused: one polite sentence
    delegable: bool = False  # whether asking for delegation could help

    def __bool__(self) -> bool:
        return self.allowed


def authority(policy: Policy, user: str, requester: str, standing: Standing) -> str:
    """By which authority the person may answer, or an empty string. An empty list lets nobody."""
    if user == requester and policy.requester == "never":
        return ""  # not in another person's place either
    if own := _own(policy, user, requester, standing):
        return own
    for one in standing.delegations:
        if one.to == user and _own(policy, one.by, requester, standing):
            return f"{DELEGATE}{one.by}"
    return ""


def _own(policy: Policy, user: str, requester: str, standing: Standing) -> str:
    if user == requester and policy.requester == "never":
        return ""
    if REQUESTER in policy.who and user == requester:
        return REQUESTER
    if user in policy.who:
        return "named"
    held = (group for group in policy.groups if user in standing.groups.get(group, frozenset()))
    return next((f"group:{group}" for group in held), "")


def in_favour(policy: Policy, requester: str, votes: Sequence[Vote], standing: Standing, choice: str) -> list[str]:
    """The different people whose yes counts now, in the order in which they said it.

    A delegate and the one who delegated are one voice. Whoever speaks for the requester counts as the requester.
    """
    newest = {vote.user: vote for vote in votes}
    voices: dict[str, str] = {}
    for vote in newest.values():
        by = authority(policy, vote.user, requester, standing)
        voice = by.removeprefix(DELEGATE) if by.startswith(DELEGATE) else vote.user
        if by and vote.choice == choice and voice not in voices:
            voices[voice] = requester if requester in (voice, vote.user) else vote.user
    return list(dict.fromkeys(voices.values()))


def enough(policy: Policy, requester: str, people: Collection[str]) -> bool:
    """Whether these people together are enough to go on."""
    if policy.requester == "not_alone" and not set(people) - {requester}:
        return False
    return len(set(people)) >= max(1, policy.needed)


def missing(policy: Policy, people: Collection[str]) -> int:
    """How many more have to say yes, at least one while it is not enough."""
    return max(1, policy.needed - len(set(people)))


def possible(policy: Policy) -> bool:
    """Whether those who are named could ever be enough; a group counts as any number of people."""
    if policy.groups:
        return True
    people = set(policy.who)
    if policy.requester == "never":
        people -= {REQUESTER}
    return enough(policy, REQUESTER, people)
