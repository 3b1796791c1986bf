"""The whole ledger of one mission as it was written, every attempt included: what an export is made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col

from agents.domain import evidence
from storage import ledger, reading, tables
from storage.ledger import of_mission


@dataclass(frozen=True)
class Held:
    """A claim of one attempt."""

    row: tables.Claim
    claim: evidence.Claim
    in_force: bool  # of the newest attempt at its task


@dataclass(frozen=True)
class Record:
    """Rows in the order in which they came; claims by task, attempt and place."""

    mission: tables.Mission
    sources: Sequence[tables.Source]
    snapshots: Sequence[tables.Snapshot]
    captures: Sequence[tables.Capture]
    claims: Sequence[Held]
    dependencies: Sequence[tables.Dependency]
    verdicts: Sequence[tables.Verdict]
    attempts: Sequence[tables.Attempt]
    owners: Mapping[tuple[str, int], str]  # (task, revision of the run) -> id of the specialist


def record(session: Session, id: str) -> Record:
    """Everything that the ledger holds of the mission. Raises UnknownMission."""
    mission = reading.mission_row(session, id)
    claim, attempt = tables.Claim, tables.Attempt
    attempts = of_mission(session, attempt, id, attempt.task, attempt.rev, attempt.attempt)
    newest = {row.task: (row.rev, row.attempt) for row in attempts}
    quotes = ledger.citations(of_mission(session, tables.Citation, id, tables.Citation.id))
    rows = of_mission(session, claim, id, claim.task, claim.rev, claim.attempt, claim.place)
    return Record(
        mission=mission,
        sources=of_mission(session, tables.Source, id, tables.Source.id),
        snapshots=of_mission(session, tables.Snapshot, id, tables.Snapshot.id),
        captures=of_mission(session, tables.Capture, id, tables.Capture.task, tables.Capture.snapshot),
        claims=[
            Held(row, ledger.as_claim(row, quotes), newest.get(row.task) == (row.rev, row.attempt)) for row in rows
        ],
        dependencies=of_mission(session, tables.Dependency, id, tables.Dependency.id),
        verdicts=of_mission(session, tables.Verdict, id, tables.Verdict.id),
        attempts=[row for row in attempts if row.attempt],
        owners=_owners(session, id, [(row.task, row.rev) for row in attempts]),
    )


def _owners(session: Session, id: str, runs: Sequence[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """Who had a task in a revision: as the plan says that was the newest by then."""
    plans = of_mission(session, tables.Plan, id, col(tables.Plan.rev))
    found: dict[tuple[str, int], str] = {}
    for task, rev in runs:
        for plan in plans:
            named = {one["id"]: str(one["specialist"]) for one in plan.plan["tasks"]}
            if task in named and (plan.rev <= rev or (task, rev) not in found):
                found[task, rev] = named[task]
    return found
