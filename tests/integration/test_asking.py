"""Checkpoints within a run: before a task begins, and before a tool has an effect outside."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from agents.domain.authority import Checkpoint, Policy
from agents.domain.events import EffectMade
from agents.domain.mission import Gate, State, TaskState
from agents.ports import ToolResult
from tests.fakes.scripted import call, hands_over, uses
from tests.office import TEAM, Office, draft, opened, task

MEMBERS = (replace(TEAM.specialists[0], tools=("send",)), *TEAM.specialists[1:])


@asynccontextmanager
async def sending(folder: Path, clock: Any) -> AsyncIterator[tuple[Office, Gate]]:
    """A run that waits because a specialist wants to send something."""
    plan = draft(task("t1", "researcher", tools=["send"]))
    async with opened(folder, clock, plan, specialists=MEMBERS) as one:
        turns = iter([uses(call("send", to="all"))])
        one.crew.says("Specialist t1", lambda _: next(turns, hands_over(text="It is done.")))
        one.tools.add("send", ToolResult("Sent.", "send: sent"))
        one.tools.outward = frozenset({"send"})
        file = await one.carried_out()
        assert file.mission.state is State.TASK_GATE
        assert one.tools.used == []
        (gate,) = [gate for gate in file.gates if gate.kind == "tool"]
        yield one, gate


async def test_a_call_with_an_effect_waits_for_a_person_and_is_made_once_exactly_as_shown(
    tmp_path: Path, clock: Any
) -> None:
    async with sending(tmp_path, clock) as (one, gate):
        assert json.loads(gate.shown) == {"tool": "send", "arguments": '{"to": "all"}'}
        await one.decide(gate.id.removeprefix("m1:"), "approve")
        assert (await one.play()).mission.state is State.RESULT_GATE
        assert one.tools.used == [("t1", "send", '{"to": "all"}')]
        (effect,) = await one.told(EffectMade)
        assert effect.gate == gate.id


async def test_a_call_that_a_person_does_not_allow_is_never_made_and_the_work_goes_on(
    tmp_path: Path, clock: Any
) -> None:
    async with sending(tmp_path, clock) as (one, gate):
        await one.decide(gate.id.removeprefix("m1:"), "refuse")
        assert (await one.play()).mission.state is State.RESULT_GATE
        assert one.tools.used == []


async def test_a_named_checkpoint_holds_its_tasks_until_it_is_passed_or_they_are_left_out(
    tmp_path: Path, clock: Any
) -> None:
    plan = draft(task("t1"), task("t2", "editor"), task("t3", "editor"))
    async with opened(tmp_path, clock, plan, checkpoints=(Checkpoint("Legal", "editor", Policy()),)) as one:
        file = await one.carried_out()
        assert file.mission.state is State.TASK_GATE
        assert file.tasks["t1"].state is TaskState.ACCEPTED
        gates = {gate.task: gate for gate in file.gates if gate.kind == "named"}
        assert {id: gate.name for id, gate in gates.items()} == {"t2": "Legal", "t3": "Legal"}
        await one.decide(gates["t2"].id.removeprefix("m1:"), "approve")
        await one.decide(gates["t3"].id.removeprefix("m1:"), "drop")
        file = await one.play()
        assert file.mission.state is State.RESULT_GATE
        assert (file.tasks["t2"].state, file.tasks["t3"].state) == (TaskState.ACCEPTED, TaskState.DROPPED)
