"""Approvals that wait for months, over restarts: each can be acted on, or was ended by policy."""

from __future__ import annotations

from pathlib import Path

from bench import parked


async def test_what_waits_for_ninety_days_over_restarts_is_actionable_or_was_ended_by_policy(tmp_path: Path) -> None:
    found = await parked.park(tmp_path, approvals=24, restarts=9, clicks=6)
    assert found.states == {(parked.HOLDING, "plan_gate"): 12, (parked.CANCELLING, "cancelled"): 12}
    told = {name: found.events[name] for name in ("Reminded reminder", "Reminded escalation", "Unanswered")}
    assert told == {"Reminded reminder": 24, "Reminded escalation": 24, "Unanswered": 24}
    assert len(found.resumed_s) == 6
