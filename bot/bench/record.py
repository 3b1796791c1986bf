"""What was measured, for programs. Only what stands under `timing` differs between two runs over the same bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot.bench.measures import Measures
from bot.bench.natural import Rule
from bot.bench.quotes import Tried
from bot.bench.study import Found
from bot.bench.targets import Target

FORMAT = "baton bench evidence 1"
TIMED = "the time of"


def record(found: Found, paths: Sequence[Path], targets: Sequence[Target]) -> dict[str, Any]:
    """The whole report as plain JSON values."""
    return {
        "format": FORMAT,
        "files": [{"name": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()} for path in paths],
        "cases": len(found.asked.cases),
        "claims": sum(len(case.claims) for case in found.asked.cases),
        "false_claims": sum(len(case.false) for case in found.asked.cases),
        "seed": found.asked.seed,
        "ledger_only": found.asked.ledger_only,
        "arms": [_arm(one) for one in found.arms],
        "sceptic": _sceptic(found.real) if found.real else None,
        "quotes": [_tried(one) for one in found.quotes],
        "natural": _natural(found) if found.digits else None,
        "disagreements": found.disagreements,
        "targets": [_target(one) for one in targets if not one.name.startswith(TIMED)],
        "timing": {
            "seconds": found.seconds,
            "ledger_ms_a_mission": found.alone.ms,
            "targets": [_target(one) for one in targets if one.name.startswith(TIMED)],
        },
    }


def _arm(one: Measures) -> dict[str, Any]:
    return {
        "name": one.name,
        "escape": one.escape,
        "macro": one.macro(),
        "macro_v1": one.macro_v1,
        "macro_v2": one.macro_v2,
        "by_type": one.by_type,
        "true_blocked": one.clean_blocked,
        "true_warned": one.clean_warned,
        "true_traced_or_better": one.clean_sure,
        "traps": one.traps,
        "root_named": one.rooted,
        "carriers_held": one.quarantined,
        "extra_calls_a_mission": one.extra_calls,
        "extra_tokens_a_mission": one.tokens,
        "sceptic_calls": one.sceptic_calls,
        "sceptic_calls_allowed": one.sceptic_allowed,
        "rework_rounds_a_mission": one.rework,
        "escaped": [f"{row.case.case_id} {row.claim}" for row in one.false if row.standing.sure],
        "alarms": [f"{row.case.case_id} {row.claim}" for row in one.true if not row.standing.sure],
        "not_played": one.faults,
    }


def _sceptic(one: Measures) -> dict[str, Any]:
    asked = sum(len(outcome.asked) for outcome in one.outcomes)
    return {"name": one.name, "asked": asked, "recall": one.recall, "false_alarms": one.alarm}


def _natural(found: Found) -> dict[str, Any]:
    return {
        "digits": [_rule(one) for one in found.digits],
        "rules": [_rule(one) for one in found.together],
        "quotes": [_tried(one) for one in found.natural_quotes],
    }


def _rule(one: Rule) -> dict[str, Any]:
    return asdict(one) | {"precision": one.precision, "recall": one.recall, "false_alarms": one.alarm_rate}


def _tried(one: Tried) -> dict[str, Any]:
    return {"sort": one.sort, "tried": one.count, "letter_by_letter": one.raw, "accepted": one.accepted}


def _target(one: Target) -> dict[str, Any]:
    return {"name": one.name, "value": one.value, "bound": one.bound, "limit": one.limit, "met": one.met}
