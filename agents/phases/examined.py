"""The ledger's findings at a hand-over, recorded, so that a review that is repeated finds the same."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import TypeAdapter

from agents.domain.events import ClaimDoubted
from agents.domain.evidence import Snapshot, Status, Verdict
from agents.evidence import ledger
from agents.phases.board import Finished, Made, Run
from agents.ports import TaskRecord
from agents.roles.seat import Seat


@dataclass(frozen=True)
class Examined:
    """Findings, and the hand-overs of other tasks that were looked at for them."""

    findings: ledger.Findings
    of: Mapping[str, Made]


_JSON = TypeAdapter(Examined)


async def examine(
    run: Run, record: TaskRecord, work: Finished, snapshots: Mapping[str, Snapshot], seat: Seat, author: str
) -> Finished:
    """The work with all that rules find; what they find about earlier claims is stored with it, in one commit.

    Other tasks finish meanwhile, in any order: what came out is recorded and not found anew.
    """

    async def look() -> list[str]:
        known = run.known(record.task, snapshots)
        findings = ledger.examine(author, work.artifact, work.claims, known, record.task)
        return [_JSON.dump_json(Examined(findings, run.made())).decode()]

    (said,) = await seat.once("ledger", look)
    seen = _JSON.validate_json(said)
    own = {claim.id for claim in seen.findings.claims}
    about_it = tuple(verdict for verdict in seen.findings.verdicts if verdict.claim in own)
    others = tuple(verdict for verdict in seen.findings.verdicts if verdict.claim not in own)
    found = replace(work, claims=seen.findings.claims, verdicts=about_it, dependencies=seen.findings.dependencies)
    await store(run, record, found, about_it, others, seen.of)
    return found


async def store(
    run: Run,
    record: TaskRecord,
    work: Finished,
    news: Sequence[Verdict],
    others: Sequence[Verdict] = (),
    of: Mapping[str, Made] | None = None,
) -> None:
    """Keeps findings about the work and about earlier claims with all that follows, and shows the doubts."""
    seen = run.made() if of is None else of
    run.learn(others, seen)
    after = tuple(v for v in run.follows(work) if not work.owns(v.claim))
    run.learn(after, run.made())
    occasion = f"{record.task}:{record.rev}:{record.attempt}"
    async with run.desk.missions.change(run.mission.id) as change:
        change.save_claims(record.task, record.rev, record.attempt, work.claims, news)
        if work.dependencies:
            change.save_dependencies(occasion, work.dependencies, {record.task: (record.rev, record.attempt)})
        if others or after:
            change.save_verdicts(occasion, (*others, *after), {**run.made(), **seen})
        change.tell(*(_doubt(record, verdict) for verdict in _told((*news, *others))))


def _told(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """The first doubt about each claim; what only follows from another claim's doubt is shown with that claim."""
    first: dict[str, Verdict] = {}
    for verdict in verdicts:
        if verdict.status in (Status.CONTESTED, Status.BLOCKED) and not verdict.reason.startswith("inherits"):
            first.setdefault(verdict.claim, verdict)
    return list(first.values())


def _doubt(record: TaskRecord, verdict: Verdict) -> ClaimDoubted:
    content = hashlib.sha256(f"{record.digest}\n{verdict.detail}".encode()).hexdigest()[:12]
    key = f"doubt:{verdict.claim}:{record.attempt}:{verdict.reason}:{content}"
    return ClaimDoubted(
        key, record.task, record.attempt, verdict.claim, verdict.by, verdict.status, verdict.reason, verdict.detail
    )
