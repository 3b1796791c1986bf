"""Phase change: a wish that alters the plan is drafted beside the run, and a person is asked about the difference.

The approved plan goes on meanwhile. Only an approval makes the draft the plan; what is done and unchanged then stays.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import structlog

from agents.domain import plan as plans
from agents.domain.events import ChangeNotPossible, ChangeProposed, GateDecided
from agents.domain.mission import Decision, Gate, Mission, State
from agents.phases.desk import Desk, sentence, watched
from agents.phases.plan import brief_for, estimate
from agents.phases.watch import Interrupted
from agents.ports import Change, File, ModelError, Proposal, UnknownMission
from agents.roles import planner
from agents.roles.seat import OverLimit

log = structlog.get_logger(__name__)

REPLACED = "replaced"  # the choice of a question that a newer one has replaced; nobody's word
CHANGEABLE = frozenset({State.RUNNING, State.TASK_GATE, State.RESULT_GATE})


async def draft_change(desk: Desk, id: str, number: int) -> None:
    """Drafts the change of that number (the second in which it was wished for); a fault leaves the run untouched."""
    try:
        mission = await desk.missions.mission(id)
    except UnknownMission:
        return
    if mission.state not in CHANGEABLE or await desk.missions.halted(mission.team):
        log.info("change_not_needed", mission=id, state=str(mission.state))
        return
    try:
        await _draft(watched(desk, mission), mission, number)
    except Interrupted:
        # The run reached its next state, or another revision began, while this was drafted: once more, on what is now.
        if (await desk.missions.mission(id)).state in CHANGEABLE:
            await draft_change(desk, id, number)
    except (ModelError, OverLimit) as error:
        log.warning("change_failed", mission=id, error=type(error).__name__)
        async with desk.missions.change(id) as change:
            change.tell(ChangeNotPossible(f"no-change:{number}", sentence(error)))


async def _draft(desk: Desk, mission: Mission, number: int) -> None:
    file = await desk.missions.file(mission.id)
    if file.plan is None or not (wishes := scope_wishes(file, number)):
        return
    department = desk.departments.get(mission.department)
    seat = desk.seat(mission, f"change/{number}", await desk.meter(mission, department))
    brief = brief_for(file, department, (), await seat.once("wishes", _given(wishes)), changes=True)
    plan = await planner.plan(seat, desk.model_for(department, "planner"), department, brief)
    plan = plans.with_kept(plan, file.plan)
    gate = Gate(f"{mission.id}:change:{number}", mission.id, "change", mission.rev, plans.digest(plan))
    async with desk.missions.change(mission.id) as change:
        if plan == file.plan:
            change.tell(ChangeNotPossible(f"no-change:{number}", "The plan covers this already; it stays as it is."))
            return
        ask(change, Proposal(gate.id, plan, estimate(plan, department, file.estimate)), gate, file, desk.clock.now())


def ask(change: Change, proposal: Proposal, gate: Gate, file: File, now: datetime) -> None:
    """Asks about a changed plan; an earlier one that nobody has answered makes place for it."""
    for old in file.gates:
        if old.kind == "change" and not old.decision and old.id != gate.id:
            change.decide(Decision(old.id, REPLACED, "", now, old.digest))
            change.tell(GateDecided(f"decided:{old.id}", old.id, REPLACED, ""))
    change.save_proposal(proposal)
    change.open_gate(gate)
    change.tell(ChangeProposed(gate.id.split(":", 1)[1], gate.id))


def scope_wishes(file: File, number: int) -> list[str]:
    """Wishes for other work, up to this one, that no answered question was about."""
    answered = [g for g in file.gates if g.kind == "change" and g.decision and g.decision.choice != REPLACED]
    asked = [int(gate.id.rsplit(":", 1)[1]) for gate in answered]
    after = max(asked, default=-1)
    return [n.text for n in file.notes if n.kind == "scope" and n.text and after < moment(n.message) <= number]


def moment(ts: str) -> int:
    """The second in which a message was written."""
    return int(float(ts))


def _given(wishes: list[str]) -> Callable[[], Awaitable[Sequence[str]]]:
    async def look() -> Sequence[str]:
        return wishes

    return look
