"""Short words for states, spans of time and money, the same in every view."""

from __future__ import annotations

from decimal import Decimal

from agents.domain.department import Department
from agents.domain.evidence import Status
from agents.domain.mission import TaskState
from agents.domain.plan import Estimate
from agents.evidence import summary
from agents.ports import File, Spent
from bot.views import standing

STATUS = {
    Status.VERIFIED: ":white_check_mark: verified",
    Status.TRACED: ":link: traced",
    Status.UNVERIFIED: ":grey_question: unverified",
    Status.CONTESTED: ":warning: contested",
    Status.BLOCKED: ":no_entry: blocked",
}

TASK = {
    TaskState.WAITING: "waiting",
    TaskState.WORKING: "at work",
    TaskState.REVIEWING: "in review",
    TaskState.REWORKING: "in rework",
    TaskState.ACCEPTED: "accepted",
    TaskState.STUCK: "needs your decision",
    TaskState.DROPPED: "left out",
}


def estimate(value: Estimate) -> str:
    """For example: about 20 to 80 model calls, 3 to 14 minutes."""
    cost = ""
    if value.cost_usd:
        cost = f", ${value.cost_usd[0]:.2f} to ${value.cost_usd[1]:.2f}"
    calls, minutes = value.calls, value.minutes
    return f"about {calls[0]} to {calls[1]} model calls, {minutes[0]} to {minutes[1]} minutes{cost}"


def spent(value: Spent) -> str:
    """For example: 23 model calls, 41,200 tokens, $0.13."""
    tokens = f"{value.input_tokens + value.output_tokens:,} tokens"
    money = "price unknown" if value.unpriced and not value.cost_usd else cost(value.cost_usd)
    more = f" and {value.unpriced} calls of unknown price" if value.unpriced and value.cost_usd else ""
    return f"{value.calls} model calls, {tokens}, {money}{more}"


def cost(usd: Decimal) -> str:
    return f"${usd:.2f}" if usd >= Decimal("0.01") or not usd else f"${usd:.4f}"


def evidence(file: File) -> str:
    """The one line about all claims of the mission."""
    claims = standing.in_use(file)
    return summary.line(summary.summarise(claims, standing.statuses(file, claims), file.snapshots))


def minutes(seconds: float) -> str:
    """For example: 45 s, or 12 min."""
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def name(department: Department, specialist: str) -> str:
    """The specialist's title."""
    member = department.specialist(specialist)
    return member.title if member else specialist


def icon(department: Department, specialist: str) -> str:
    member = department.specialist(specialist)
    return member.icon if member else ":bust_in_silhouette:"
