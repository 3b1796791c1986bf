"""How the claims of a mission stand: what people are shown of it, and what a decision about it takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from agents.domain.evidence import Claim, Dependency, Status, status
from agents.domain.mission import TaskState
from agents.evidence import ledger
from agents.ports import File

DOUBTED = (Status.BLOCKED, Status.CONTESTED, Status.UNVERIFIED)
OVERRULED = "overruled"  # reason of a person's verdict that lifts a block
INHERITED = "inherits"  # begins the reasons of verdicts that only follow from another claim's


def in_use(file: File) -> list[Claim]:
    """The claims of the plan's tasks, without those of work that was left out."""
    tasks = {task.id for task in file.plan.tasks} if file.plan else set[str]()
    dropped = {id for id, record in file.tasks.items() if record.state is TaskState.DROPPED}
    return [claim for claim in file.claims if task_of(claim.id) in tasks - dropped]


def task_of(claim: str) -> str:
    """The task that a claim's id names."""
    return claim.split(".", 1)[0]


def statuses(file: File, claims: Iterable[Claim]) -> dict[str, Status | None]:
    """Claim -> its status; None for an opinion."""
    about: dict[str, list[object]] = {}
    for verdict in file.verdicts:
        about.setdefault(verdict.claim, []).append(verdict)
    return {claim.id: status(claim, about.get(claim.id, [])) for claim in claims}  # type: ignore[arg-type]


def is_overruled(file: File, claim: str) -> bool:
    """Whether a person lifted a block on it."""
    return any(v.claim == claim and v.by == "person" and v.reason == OVERRULED for v in file.verdicts)


def doubted_keys(file: File) -> list[Claim]:
    """Key claims that somebody contests, or whose block was lifted by a person: approval over them takes a reason."""
    keys = [claim for claim in in_use(file) if claim.key]
    standing = statuses(file, keys)
    bad = (Status.CONTESTED, Status.BLOCKED)
    return [claim for claim in keys if standing[claim.id] in bad or is_overruled(file, claim.id)]


def blocked(file: File, task: str) -> list[Claim]:
    """Claims of the task that must not be used as they are."""
    claims = [claim for claim in file.claims if task_of(claim.id) == task]
    standing = statuses(file, claims)
    return [claim for claim in claims if standing[claim.id] is Status.BLOCKED]


def dependencies(file: File) -> list[Dependency]:
    """What claims rest on: as recorded, and as their authors said."""
    said = [Dependency(claim.id, on, "declared") for claim in file.claims for on in claim.derived_from]
    known = {(one.claim, one.on) for one in file.dependencies}
    return [*file.dependencies, *(one for one in dict.fromkeys(said) if (one.claim, one.on) not in known)]


def ancestors(claim: str, rests: Mapping[str, Sequence[str]]) -> set[str]:
    """The claim and all that it rests on, directly or not."""
    found: set[str] = set()
    queue = [claim]
    while queue:
        one = queue.pop()
        if one not in found:
            found.add(one)
            queue += rests.get(one, ())
    return found


def shared_sources(file: File) -> list[tuple[list[str], list[str]]]:
    """(authors, snapshots) wherever several authors lean on one source, copies of it included; most authors first."""
    claims = {claim.id: claim for claim in in_use(file)}
    rests: dict[str, list[str]] = {}
    for one in dependencies(file):
        rests.setdefault(one.claim, []).append(one.on)
    cited = {c.snapshot for claim in claims.values() for c in claim.citations}
    groups = ledger.groups(file.snapshots[id] for id in sorted(cited) if id in file.snapshots)
    leaning: dict[frozenset[str], dict[str, None]] = {group: {} for group in groups}
    of_snapshot = {id: group for group in groups for id in group}
    for id in claims:
        for parent in ancestors(id, rests):
            for citation in claims[parent].citations if parent in claims else ():
                if id in file.authors and citation.snapshot in of_snapshot:
                    leaning[of_snapshot[citation.snapshot]][file.authors[id]] = None
    found = [(list(authors), sorted(group)) for group, authors in leaning.items() if len(authors) > 1]
    return sorted(found, key=lambda one: (-len(one[0]), one[1]))
