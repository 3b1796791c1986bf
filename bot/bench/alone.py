"""Cases put before the ledger alone, without a department around it: quick, for tuning and for its time."""

from __future__ import annotations

import time

from agents.domain.evidence import Claim, Dependency, Status, Verdict
from agents.evidence import ledger
from agents.roles import translate
from bot.bench.cases import Case
from bot.bench.outcome import Ledger, Outcome, Standing
from bot.bench.replay import Replay, replay


def examine(case: Case) -> Outcome:
    """What the ledger finds, hand-over after hand-over."""
    played = replay(case)
    works = [(task, played.hand_over(task.id)) for task in played.plan.tasks]
    handed = [(t, translate.artifact(t, work), translate.claims(t, work)) for t, work in works]
    snapshots = {snapshot.id: snapshot for snapshot in played.snapshots.values()}
    claims: dict[str, Claim] = {}
    authors: dict[str, str] = {}
    verdicts: list[Verdict] = []
    dependencies: list[Dependency] = []
    began = time.perf_counter()
    for task, artifact, made in handed:
        seen = frozenset(id for id in claims if played.agents[id.partition(".")[0]] in case.upstream(task.specialist))
        known = ledger.Known(
            claims, authors, tuple(verdicts), tuple(dependencies), snapshots, case.as_of, seen, case.max_age_days
        )
        found = ledger.examine(task.specialist, artifact, made, known, task.id)
        claims |= {claim.id: claim for claim in found.claims}
        authors |= {claim.id: task.specialist for claim in found.claims}
        verdicts += found.verdicts
        dependencies += found.dependencies
    ms = 1000 * (time.perf_counter() - began)
    return Outcome(standings(played, Ledger(claims, dependencies, verdicts)), ms=ms)


def standings(played: Replay, found: Ledger, shown: dict[str, Status | None] | None = None) -> dict[str, Standing]:
    """Each claim of the case; shown as it stands where nobody says how it was shown."""
    names = played.claims
    return {
        name: found.standing(id, shown[id] if shown is not None else found.status(id), names)
        for id, name in names.items()
    }
