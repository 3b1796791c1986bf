"""A mission's ledger as provenance in JSON: entities, activities and agents with what ties them, in the words of PROV.

Equal rows give equal bytes. Every attempt is in it, every verdict in the order in which it was given, and for each
claim the status that follows from them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from agents.domain.evidence import Verdict, status
from storage import ledger, tables
from storage.record import Held, Record

Json = dict[str, Any]
RULES, SCEPTIC = "agent:rules", "agent:sceptic"


def document(record: Record) -> str:
    """The export, ready to be written."""
    return json.dumps(as_json(record), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def as_json(record: Record) -> Json:
    """The export as plain data."""
    given = list(_verdicts(record))
    return {
        "prefix": {"prov": "http://www.w3.org/ns/prov#"},
        "mission": {
            "id": record.mission.id,
            "text": record.mission.text,
            "title": record.mission.title,
            "state": record.mission.state,
        },
        "entity": {
            **{f"source:{row.id}": _source(row) for row in record.sources},
            **{f"snapshot:{row.id}": _snapshot(row) for row in record.snapshots},
            **{_claim_id(held.row): _claim(held, record.verdicts) for held in record.claims},
        },
        "activity": {
            **{_call_id(row): _call(row) for row in record.captures},
            **{_hand_over_id(row): _hand_over(row) for row in record.attempts},
            **dict(given),
        },
        "agent": dict(sorted(_agents(record).items())),
        "wasGeneratedBy": [
            *({"entity": f"snapshot:{row.snapshot}", "activity": _call_id(row)} for row in record.captures),
            *({"entity": _claim_id(h.row), "activity": _hand_over_id(h.row)} for h in record.claims),
        ],
        "wasDerivedFrom": [*_captured(record), *_rests(record)],
        "wasQuotedFrom": [one for held in record.claims for one in _quotes(held)],
        "wasAttributedTo": [
            {"entity": _claim_id(h.row), "agent": _owner(record, h.row.task, h.row.rev)} for h in record.claims
        ],
        "wasAssociatedWith": [
            *({"activity": _hand_over_id(r), "agent": _owner(record, r.task, r.rev)} for r in record.attempts),
            *({"activity": id, "agent": _judge(row)} for (id, _), row in zip(given, record.verdicts, strict=True)),
        ],
        "used": [{"activity": id, "entity": _about(row)} for (id, _), row in zip(given, record.verdicts, strict=True)],
    }


# ---- entities ----


def _source(row: tables.Source) -> Json:
    return {"prov:type": "source", "kind": row.kind, "address": row.address, "title": row.title, "at": _at(row.at)}


def _snapshot(row: tables.Snapshot) -> Json:
    return {"prov:type": "snapshot", "title": row.title, "published": row.published, "text": row.text}


def _claim(held: Held, verdicts: Sequence[tables.Verdict]) -> Json:
    row, claim = held.row, held.claim
    return {
        "prov:type": "claim",
        "id": claim.id,
        "task": row.task,
        "rev": row.rev,
        "attempt": row.attempt,
        "text": claim.text,
        "kind": claim.kind,
        "key": claim.key,
        "expression": claim.expression,
        "at": _at(row.at),
        "in_force": held.in_force,
        "status": status(claim, _found(row, verdicts)),
    }


def _found(claim: tables.Claim, verdicts: Sequence[tables.Verdict]) -> list[Verdict]:
    of = (claim.task, claim.rev, claim.attempt, claim.id)
    return [ledger.as_verdict(row) for row in verdicts if (row.task, row.rev, row.attempt, row.claim) == of]


# ---- activities ----


def _call(row: tables.Capture) -> Json:
    return {"prov:type": "tool call", "tool": row.by, "call": row.call, "task": row.task, "prov:endTime": _at(row.at)}


def _hand_over(row: tables.Attempt) -> Json:
    return {
        "prov:type": "hand-over",
        "task": row.task,
        "rev": row.rev,
        "attempt": row.attempt,
        "state": row.state,
        "prov:startTime": _at(row.started_at),
        "prov:endTime": _at(row.ended_at),
    }


def _verdicts(record: Record) -> Iterator[tuple[str, Json]]:
    """Numbered as they came; the number has leading zeros, so that sorting keeps the order."""
    for number, row in enumerate(record.verdicts, 1):
        yield (
            f"verdict:{number:05}",
            {
                "prov:type": "verdict",
                "number": number,
                "by": row.by,
                "status": row.status,
                "reason": row.reason,
                "detail": row.detail,
                "prov:endTime": _at(row.at),
            },
        )


# ---- agents ----


def _agents(record: Record) -> Mapping[str, Json]:
    found: dict[str, Json] = {RULES: {"prov:type": "rules"}, SCEPTIC: {"prov:type": "sceptic"}}
    for specialist in record.owners.values():
        found[f"agent:{specialist}"] = {"prov:type": "specialist", "name": specialist}
    for row in record.verdicts:
        if row.by == "person":
            found[_judge(row)] = {"prov:type": "prov:Person", "name": _name(row)}
    return found


def _owner(record: Record, task: str, rev: int) -> str:
    return f"agent:{record.owners.get((task, rev), 'unknown')}"


def _judge(row: tables.Verdict) -> str:
    if row.by == "person":
        return f"person:{_name(row)}"
    return SCEPTIC if row.by == "sceptic" else RULES


def _name(row: tables.Verdict) -> str:
    """A person's verdict begins with their name."""
    return row.detail.partition(":")[0]


# ---- what ties them ----


def _captured(record: Record) -> Iterator[Json]:
    pairs = dict.fromkeys((row.snapshot, row.source) for row in record.captures)
    return ({"generated": f"snapshot:{snapshot}", "used": f"source:{source}"} for snapshot, source in pairs)


def _rests(record: Record) -> Iterator[Json]:
    """A claim of an attempt rests on a claim as it is in force, else on the newest that there was."""
    newest = {held.row.id: _claim_id(held.row) for held in sorted(record.claims, key=lambda held: held.in_force)}
    for row in record.dependencies:
        of = f"claim:{row.task}/{row.rev}/{row.attempt}/{row.claim}"
        yield {"generated": of, "used": newest.get(row.on, f"claim:{row.on}"), "how": row.how}


def _quotes(held: Held) -> Iterator[Json]:
    for citation in held.claim.citations:
        yield {
            "generated": _claim_id(held.row),
            "used": f"snapshot:{citation.snapshot}",
            "quote": citation.quote,
            "start": citation.start,
            "end": citation.end,
        }


def _claim_id(row: tables.Claim) -> str:
    return f"claim:{row.task}/{row.rev}/{row.attempt}/{row.id}"


def _about(row: tables.Verdict) -> str:
    return f"claim:{row.task}/{row.rev}/{row.attempt}/{row.claim}"


def _call_id(row: tables.Capture) -> str:
    return f"call:{row.task}/{row.call or row.snapshot}"


def _hand_over_id(row: tables.Claim | tables.Attempt) -> str:
    return f"hand-over:{row.task}/{row.rev}/{row.attempt}"


def _at(when: datetime | None) -> str | None:
    return when.isoformat() if when else None
