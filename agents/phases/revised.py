"""Accepted work as a person edited it: an attempt of its own, with the claims as they were, traced anew by code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from agents.domain import checks
from agents.domain import plan as plans
from agents.domain.artifact import Artifact
from agents.domain.checks import Evidence
from agents.domain.department import Department
from agents.domain.evidence import Claim, Dependency, Verdict, status
from agents.evidence import ledger
from agents.phases.board import upstream
from agents.ports import File, ResultRecord, TaskRecord


@dataclass(frozen=True)
class Revised:
    """What is to be stored: the new attempt with its claims, and what was found about claims of other tasks."""

    record: TaskRecord
    claims: tuple[Claim, ...]
    verdicts: tuple[Verdict, ...]
    dependencies: tuple[Dependency, ...]
    others: tuple[Verdict, ...]
    result: ResultRecord  # with the digest of what is shown from now on


def revise(file: File, department: Department, task: str, artifact: Artifact, note: str) -> Revised:
    """The work with another text. Nobody's word about a claim is lost, and no claim stands better for the edit."""
    assert file.plan and file.result
    before = file.tasks[task]
    own = [claim for claim in file.claims if claim.id.startswith(f"{task}.")]
    handed = [claim for claim in own if not claim.id.startswith(f"{task}.u")]  # the rest is found anew in the text
    author = plans.task(file.plan, task).specialist
    found = ledger.examine(author, artifact, handed, _known(file, department, task), task)
    verdicts = tuple(v for v in found.verdicts if v.claim.startswith(f"{task}."))
    verdicts += tuple(_said_before(own, found.claims, file.verdicts))
    evidence = _evidence(file, found.claims, verdicts, task)
    record = replace(
        before,
        attempt=before.attempt + 1,
        note=note,
        artifact=artifact,
        open_points=_open(before, artifact, plans.task(file.plan, task), _evidence(file), evidence),
    )
    kept = {claim.id for claim in handed}
    rests = [one for one in file.dependencies if one.claim in kept]
    return Revised(
        record,
        found.claims,
        tuple(dict.fromkeys(verdicts)),
        tuple(dict.fromkeys([*rests, *found.dependencies])),
        tuple(v for v in found.verdicts if not v.claim.startswith(f"{task}.")),
        replace(file.result, digest=file.result.digest_over(file.plan, {**file.tasks, task: record})),
    )


def _known(file: File, department: Department, task: str) -> ledger.Known:
    """All that was handed over by other tasks, as when the work was reviewed."""
    assert file.plan
    others = {claim.id: claim for claim in file.claims if not claim.id.startswith(f"{task}.")}
    near = upstream(file.plan, task)
    return ledger.Known(
        claims=others,
        authors={id: author for id, author in file.authors.items() if id in others},
        verdicts=[verdict for verdict in file.verdicts if verdict.claim in others],
        dependencies=[one for one in file.dependencies if one.claim in others],
        snapshots=file.snapshots,
        today=file.mission.created_at.date(),
        seen=frozenset(id for id in others if id.split(".", 1)[0] in near),
        max_age_days=department.source_days,
    )


def _said_before(before: Sequence[Claim], after: Sequence[Claim], verdicts: Iterable[Verdict]) -> Iterable[Verdict]:
    """What the sceptic and people said of sentences that are still claims, under the names that these have now."""
    names = {claim.text: claim.id for claim in after}
    now = {claim.id: names.get(claim.text) for claim in before} | {claim.id: claim.id for claim in _handed(before)}
    for verdict in verdicts:
        if verdict.by != "rule" and (id := now.get(verdict.claim)):
            yield replace(verdict, claim=id)


def _handed(claims: Iterable[Claim]) -> Iterable[Claim]:
    return (claim for claim in claims if not claim.id.rpartition(".")[2].startswith("u"))


def _evidence(file: File, claims: Sequence[Claim] = (), verdicts: Sequence[Verdict] = (), task: str = "") -> Evidence:
    """Every claim and its standing; those of the task are replaced where there are others."""
    kept = [claim for claim in file.claims if not task or not claim.id.startswith(f"{task}.")]
    every = {claim.id: claim for claim in (*kept, *claims)}
    said = [v for v in file.verdicts if not task or not v.claim.startswith(f"{task}.")] + list(verdicts)
    return Evidence(every, {id: status(claim, said) for id, claim in every.items()})


def _open(before: TaskRecord, artifact: Artifact, task: plans.Task, was: Evidence, now: Evidence) -> tuple[str, ...]:
    """Points that nobody has answered: those of people and roles stay, those of checks are found anew."""
    mended = {said for check in task.checks for said in _failures(check, before.artifact, was)}
    found = [said for check in task.checks for said in _failures(check, artifact, now)]
    return tuple(dict.fromkeys([*(one for one in before.open_points if one not in mended), *found]))


def _failures(check: plans.Check, artifact: Artifact | None, evidence: Evidence) -> list[str]:
    return checks.failures(check, artifact, evidence) if artifact else []
