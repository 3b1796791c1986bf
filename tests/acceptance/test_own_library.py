"""A mission of one's own over one's own documents, through the real program: the result quotes those documents."""

from __future__ import annotations

from pathlib import Path

from agents.domain.artifact import MARK, words
from agents.domain.evidence import Status, status
from agents.domain.mission import State
from bot.views.actions import Action
from tests import house

HANDBOOK = """---
title: Handbook of the Riverside Tool Library
published: 2026-03-01
---
# Lending

A member may borrow 4 tools for 14 days. Late tools cost €2 a day, at most €30.

# Repairs

Worn blades are replaced free of charge. A broken motor costs the member €45.
"""
TALK = """Talk with volunteers, autumn 2026

Most late tools come back within 3 days. Volunteers ask for a reminder by text message.
"""
MISSION = (
    "Research what our handbook and the talk say about late tools, write a short report for the committee, "
    "and write two notices for members about late tools and repairs."
)


async def test_the_result_quotes_the_folder_that_was_given(tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "handbook.md").write_text(HANDBOOK, encoding="utf-8")
    (folder / "talk.txt").write_text(TALK, encoding="utf-8")
    async with house.opened(tmp_path / "data", baton_library=[folder]) as home:
        thread = await home.ask(MISSION)
        mission = (await home.mission(thread)).id
        await home.reach(mission, State.PLAN_GATE)
        await home.press(thread, Action.APPROVE)
        await home.reach(mission, State.RESULT_GATE)
        await home.press(thread, Action.APPROVE)
        file = await home.reach(mission, State.DELIVERED)
        said = " ".join(str(message) for message in home.thread(thread))
    assert file.plan
    deliverables = [task for task in file.plan.tasks if task.deliverable]
    pieces = {task.title: file.tasks[task.id].artifact for task in deliverables}
    made = {title: words(piece) for title, piece in pieces.items() if piece}
    assert list(made) == ["Report for the committee", "Two notices for members"]
    assert all(MARK.search(text) for text in made.values())
    assert "€2 a day" in made["Report for the committee"]
    assert "€45" in made["Two notices for members"]
    quotes = [citation.quote for claim in file.claims for citation in claim.citations]
    assert all(quote in HANDBOOK + TALK for quote in quotes)
    assert {status(claim, file.verdicts) for claim in file.claims} <= {Status.TRACED, Status.VERIFIED}
    assert "€2 a day" in said
