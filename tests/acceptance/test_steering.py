"""A mission that a person steers, pauses, resumes and approves, from the mention to the receipt."""

from __future__ import annotations

import json
from pathlib import Path

from agents.domain import events as news
from agents.domain.mission import State
from bot.local.rehearsal.faults import Kind
from bot.views.actions import Action
from tests import house


async def test_a_mission_is_steered_paused_resumed_and_approved(tmp_path: Path) -> None:
    async with house.opened(tmp_path) as home:
        thread = await home.ask("Write two social media posts about compostable coffee pods.")
        mission = (await home.mission(thread)).id
        await home.reach(mission, State.PLAN_GATE)
        home.rehearsal.faults.add(Kind.HANG, times=None, role="specialist")
        await home.press(thread, Action.APPROVE)
        await home.workspace.wait_for(lambda: any(call.role == "specialist" for call in home.rehearsal.calls), 30)
        await home.workspace.say("jonas", "launch", "Mention our shop in Malmö.", thread)
        await home.see(thread, lambda said: "Noted." in json.dumps(said))
        await home.workspace.say("maya", "launch", "Pause", thread)
        await home.reach(mission, State.PAUSED)
        home.rehearsal.faults.clear()
        await home.press(thread, Action.RESUME)
        await home.reach(mission, State.RESULT_GATE)
        await home.press(thread, Action.APPROVE)
        file = await home.reach(mission, State.DELIVERED)
        told = [one.event for one in await home.program.missions.told(mission)]
        order = [type(one) for one in told]
        steps = [news.NoteTaken, news.MissionPaused, news.MissionResumed, news.ResultProposed, news.MissionDelivered]
        assert sorted(steps, key=order.index) == steps
        assert [note.text for note in file.notes] == ["Mention our shop in Malmö."]
        assert order.count(news.MissionDelivered) == 1
        assert home.thread(thread)[-1]["text"] == "Receipt"
        assert home.refused() == []
