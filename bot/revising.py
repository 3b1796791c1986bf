"""Editing a deliverable before the result is approved: kept with its author, and asked about anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from agents.domain import plan as plans
from agents.domain.events import ResultEdited
from agents.domain.mission import Gate, TaskState
from agents.phases.revised import Revised, revise
from agents.ports import File, TaskRecord
from bot.decisions import STALE, Decisions, attempts_of, still_open
from bot.doorkeeper import NotNow
from bot.views import modals, workform
from storage.changes import RowChange
from storage.inbox import Gesture

KINDS = ("result", "contested")


class Wrong(NotNow):
    """What was entered cannot be taken: field -> one sentence."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = errors


@dataclass(frozen=True)
class Revising:
    """Opens and takes the form. `about` is `gate@digest|task`, as the button carries it."""

    decisions: Decisions

    async def form(self, gesture: Gesture, about: str) -> modals.View:
        """The deliverable to be edited. Raises Denied, NotNow and UnknownMission."""
        name, _, task = about.partition("|")
        file = await self.decisions.allowed(gesture, name, "edit")
        _, record = _shown(file, name, task)
        assert record.artifact
        if said := workform.too_large(record.artifact):
            raise NotNow(said)
        return workform.edit_work(about, record.artifact)

    async def take(self, gesture: Gesture, about: str, values: Mapping[str, Any]) -> None:
        """Keeps what was entered as an attempt of its own. Raises Wrong, Denied, NotNow and UnknownMission."""
        name, _, task = about.partition("|")
        mission = await self.decisions.missions.mission(name.split(":", 1)[0])
        asked = await self.decisions.missions.gate(name.partition("@")[0])
        ruling = await self.decisions.doorkeeper.admit(gesture, "edit", mission, asked)
        file = await self.decisions.missions.file(mission.id)
        gate, record = _shown(file, name, task)
        assert record.artifact
        entered = workform.entered(record.artifact, values, [claim.id for claim in file.claims])
        if entered.errors:
            raise Wrong(entered.errors)
        department = self.decisions.departments.get(mission.department)
        revised = revise(file, department, task, entered.artifact, f"Edited by <@{gesture.user}>.")
        async with self.decisions.missions.receive(gesture, mission.id) as change:
            if change is not None:
                change.by(ruling.authority)
                still_open(change, name)
                _keep(change, file, replace(gate, digest=revised.result.digest, votes=()), revised, gesture.user)


def _shown(file: File, name: str, task: str) -> tuple[Gate, TaskRecord]:
    """The open question and the work that its button stands beside. Raises NotNow."""
    id, _, digest = name.partition("@")
    gate = next((one for one in file.gates if one.id == id and one.kind in KINDS), None)
    record = file.tasks.get(task)
    if gate is None or file.plan is None or file.result is None or record is None or record.artifact is None:
        raise NotNow("This question is no longer known here.")
    if gate.decision:
        raise NotNow(f"<@{gate.decision.user}> has already decided this.")
    if not digest or not gate.digest.startswith(digest):
        raise NotNow(STALE)
    if record.state is not TaskState.ACCEPTED or not plans.task(file.plan, task).deliverable:
        raise NotNow("Only work that is to be delivered can be edited here.")
    return gate, record


def _keep(change: RowChange, file: File, gate: Gate, revised: Revised, user: str) -> None:
    record = revised.record
    made, key = {record.task: (record.rev, record.attempt)}, f"edited:{record.task}:{record.rev}:{record.attempt}"
    change.save_task(record)
    change.save_claims(record.task, record.rev, record.attempt, revised.claims, revised.verdicts)
    if revised.dependencies:
        change.save_dependencies(key, revised.dependencies, made)
    if revised.others:
        change.save_verdicts(key, revised.others, attempts_of(file) | made)
    change.save_result(revised.result)
    change.open_gate(gate)
    change.tell(ResultEdited(key, record.task, user, record.rev, record.attempt, gate.id))
