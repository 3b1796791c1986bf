"""The sceptic in a review: which claims it is asked about, what counts of its answers, and what its silence means."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from agents.domain.events import ClaimsNotJudged, ToolUsed
from agents.domain.evidence import Claim, Snapshot, Status, Verdict, status
from agents.phases import examined
from agents.phases.board import Finished, Run
from agents.ports import ModelError, TaskRecord, ToolCall, ToolContext, ToolResult
from agents.roles import sceptic
from agents.roles.seat import Seat

SHARE = 10  # one of so many claims that nothing speaks against is asked about as well
NOT_JUDGED = "not_judged"
SILENT = "Not judged: the sceptic gave no usable answer."


async def doubt(
    run: Run, record: TaskRecord, work: Finished, snapshots: Mapping[str, Snapshot], seat: Seat
) -> Finished:
    """The work with the sceptic's verdicts and what follows from them. Raises OverLimit."""
    asked = chosen(work) if run.department.sceptic else []
    if not asked:
        return work
    doubts = await _asked(run, record, asked, snapshots, seat.at("sceptic"))
    after = replace(work, verdicts=(*work.verdicts, *doubts))
    inner = tuple(verdict for verdict in run.follows(after) if after.owns(verdict.claim))
    after = replace(after, verdicts=(*after.verdicts, *inner))
    await examined.store(run, record, after, (*doubts, *inner))
    return after


def chosen(work: Finished) -> list[Claim]:
    """All key claims, all that stand badly although they have a source, and a tenth of the rest.

    Which tenth, the digest of the claim decides: not its author, and the same on every run. Sums are worked out by
    code and opinions need no source, so neither is asked about.
    """
    judged = [claim for claim in work.claims if claim.kind not in ("opinion", "computed")]
    standing = {claim.id: status(claim, work.verdicts) for claim in judged}
    first = [c for c in judged if c.citations and standing[c.id] in (Status.CONTESTED, Status.UNVERIFIED)]
    key = [c for c in judged if c.key and c not in first and standing[c.id] is not Status.BLOCKED and _is_said(c)]
    rest = [c for c in judged if c.citations and c not in first and c not in key and standing[c.id] is Status.TRACED]
    return [*first, *key, *sorted(rest, key=_lot)[: -(-len(rest) // SHARE)]]


def _is_said(claim: Claim) -> bool:
    """Whether a source can say it: it has a quote, or it was handed on from claims that have one."""
    return bool(claim.citations or claim.derived_from)


def _lot(claim: Claim) -> str:
    return hashlib.sha256(f"{claim.text}\n{claim.citations}".encode()).hexdigest()


async def _asked(
    run: Run, record: TaskRecord, claims: list[Claim], snapshots: Mapping[str, Snapshot], seat: Seat
) -> list[Verdict]:
    model = run.desk.model_for(run.department, "sceptic")
    today = run.mission.created_at.date().isoformat()
    lookup = _lookup(run, record) if any(claim.key for claim in claims) else None
    found: list[Verdict] = []
    silent: list[str] = []
    for number, batch in enumerate(sceptic.batches(claims), 1):
        at = seat.at(f"b{number}")
        if await at.recalled("silent") is None:
            try:
                found += await sceptic.doubt(at, model, today, batch, snapshots, lookup)
                continue
            except ModelError:
                await at.once("silent", _said)
        silent += [claim.id for claim in batch]
    found += [Verdict(id, "sceptic", Status.TRACED, NOT_JUDGED, SILENT) for id in silent]
    await _tell_silence(run, record, silent)
    return found


async def _said() -> list[str]:
    return [SILENT]


async def _tell_silence(run: Run, record: TaskRecord, claims: list[str]) -> None:
    if claims:
        key = f"silent:{record.task}:{record.rev}:{record.attempt}"
        async with run.desk.missions.change(run.mission.id) as change:
            change.tell(ClaimsNotJudged(key, record.task, record.attempt, tuple(claims), SILENT))


def _lookup(run: Run, record: TaskRecord) -> sceptic.Lookup | None:
    """The sceptic's own tools, where the department gives it any that are installed."""
    names = tuple(name for name in run.department.sceptic_tools if name in run.desk.toolbox.names)
    if not names:
        return None

    async def use(call: ToolCall) -> ToolResult:
        context = ToolContext(run.mission, record.task, run.mission.created_at.date())
        result = await run.desk.toolbox.use(frozenset(names), call, context)
        async with run.desk.missions.change(run.mission.id) as change:
            for snapshot in result.snapshots:
                change.save_snapshot(record.task, snapshot, call.id)
            key = f"tool:{record.task}:{record.rev}:{record.attempt}:sceptic:{call.id}"
            change.tell(ToolUsed(key, record.task, "sceptic", call.name, result.summary))
        run.snapshots |= {snapshot.id: snapshot for snapshot in result.snapshots}
        return result

    return sceptic.Lookup(run.desk.toolbox.specs(names), use)
