"""A budget in the whole program: asked about where people are, raised by a button, and told on the receipt."""

from __future__ import annotations

from collections.abc import AsyncIterator
from importlib import resources
from pathlib import Path

import pytest

from agents.domain.mission import State
from bot.views.actions import Action
from tests.house import SEED, House, opened

PRICES = """
[models]
"rehearsal" = { input = 1.00, output = 4.00 }
"""
MONEY = 'budget_usd = 0.20\non_shortage = "ask"\n\n[[specialist]]'


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    """A house whose launch department has little money, and a model with a price."""
    (tmp_path / "teams").mkdir()
    launch = resources.files("agents.departments").joinpath("launch.toml").read_text("utf-8")
    (tmp_path / "teams" / "launch.toml").write_text(launch.replace("[[specialist]]", MONEY, 1))
    (tmp_path / "prices.toml").write_text(PRICES)
    more = {"baton_departments": tmp_path / "teams", "baton_prices": tmp_path / "prices.toml"}
    async with opened(tmp_path / "data", **more) as house:
        yield house


def text(home: House, thread: str) -> str:
    return str([[one.get("text"), one.get("blocks")] for one in home.thread(thread)])


async def test_a_mission_whose_budget_is_used_up_asks_and_goes_on_when_it_is_raised(home: House) -> None:
    thread = await home.ask(SEED)
    mission = (await home.mission(thread)).id
    await home.reach(mission, State.PLAN_GATE)
    assert "budget $0.20" in text(home, thread)
    await home.press(thread, Action.APPROVE)
    raised = 0
    while (await home.reach(mission, State.TASK_GATE, State.RESULT_GATE)).mission.state is State.TASK_GATE:
        await home.press(thread, Action.RAISE)
        raised += 1
        await home.see(thread, lambda _: Action.RAISE.value not in text(home, thread))
    assert raised, "it was not enough for the whole mission"
    shown = text(home, thread)
    assert "The mission's budget of $0.20 does not cover another call" in shown
    assert "A raise adds $0.20." in shown
    assert "More allowed by <@" in shown
    await home.press(thread, Action.APPROVE)
    file = await home.reach(mission, State.DELIVERED)
    assert file.spent.cost_usd <= (1 + raised) * 0.2
    assert f"of ${0.2 * (1 + raised):.2f} spent, nothing set aside" in text(home, thread)
    assert home.refused() == []
