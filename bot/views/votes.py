"""Who has said yes so far, and what a button for yes carries."""

from __future__ import annotations

from agents.domain.authority import YES, Policy
from agents.domain.department import Department
from agents.domain.mission import Gate
from agents.ports import File
from bot.views.post import Block, context


def value(gate: Gate) -> str:
    """What a button for yes carries: the question, and the digest of what is shown beside it."""
    return stamped(gate.id, gate.digest)


def stamped(gate: str, digest: str) -> str:
    """The same where only the id of the question is at hand."""
    return f"{gate}@{digest[:16]}"


def progress(file: File, department: Department, gate: Gate) -> list[Block]:
    """Who has said yes so far and how many are needed, where one yes is not enough."""
    policy = department.policy_of(gate)
    if policy.needed < 2 and policy.requester != "not_alone":
        return []
    return [context(_count(policy, file.mission.requester, gate))]


def _count(policy: Policy, requester: str, gate: Gate) -> str:
    yes = {vote.user: vote for vote in gate.votes if vote.digest == gate.digest and vote.choice in YES}
    people = ", ".join(f"<@{user}>" for user in yes)
    needed = max(policy.needed, 1)
    alone = " The requester alone is not enough." if policy.requester == "not_alone" else ""
    so_far = f"Yes so far: {people}." if people else "Nobody has said yes so far."
    return f"{min(len(yes), needed)} of {needed} · {so_far}{alone}"


def others(gate: Gate) -> list[str]:
    """Who said the same before the one whose word decided."""
    decision = gate.decision
    if decision is None:
        return []
    said = (v.user for v in gate.votes if v.choice == decision.choice and v.user != decision.user)
    return list(dict.fromkeys(said))
