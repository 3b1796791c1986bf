"""The ledger of evidence as rows: what is added, and how it stands. Nothing in it is ever changed or removed."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlmodel import Session, col, select

from agents.domain import evidence
from agents.ports import TaskRecord
from storage import plain, tables
from storage.writing import insert, insert_all

R = TypeVar("R", bound=tables.Row)
Found = TypeVar("Found", tables.Claim, tables.Citation, tables.Dependency, tables.Verdict)
Place = tuple[str, int, int]  # task, revision, attempt


@dataclass(frozen=True)
class AttemptKey:
    """Names one hand-over for ever."""

    mission: str
    task: str
    rev: int
    attempt: int


@dataclass(frozen=True)
class InForce:
    """What counts now: the findings about the newest attempt of each task."""

    claims: tuple[evidence.Claim, ...]
    verdicts: tuple[evidence.Verdict, ...]
    dependencies: tuple[evidence.Dependency, ...]


# ---- adding ----


def add_snapshot(
    session: Session, mission: str, task: str, given: evidence.Snapshot, call: str, now: dt.datetime
) -> None:
    """The source, its text and who brought it, each once: a text is addressed by its digest and never changes."""
    source = hashlib.sha256(f"{given.kind}\n{plain.clean(given.source)}".encode()).hexdigest()[:16]
    values = {"mission": mission, "id": source, "kind": given.kind, "address": given.source, "title": given.title}
    insert(session, tables.Source, values | {"at": now})
    values = {"mission": mission, "id": given.id, "source": source, "title": given.title, "text": given.text}
    insert(session, tables.Snapshot, values | {"published": given.published})
    values = {"mission": mission, "task": task, "snapshot": given.id, "source": source}
    insert(session, tables.Capture, values | {"by": given.captured_by, "call": call, "at": now})


def add_claims(session: Session, of: AttemptKey, claims: Sequence[evidence.Claim], now: dt.datetime) -> None:
    """The claims of one attempt, in their order, and their citations; each once, those found with offsets besides."""
    rows: list[dict[str, Any]] = []
    quotes: list[dict[str, Any]] = []
    for place, claim in enumerate(claims):
        body = plain.pack(claim)
        for number, quoted in enumerate(body.pop("citations")):
            citation = {**asdict(of), "claim": claim.id, "place": number, **quoted}
            quotes.append({"key": plain.digest(citation), **citation})
        rows.append({**asdict(of), "id": claim.id, "place": place, "claim": body, "at": now})
    insert_all(session, tables.Claim, rows)
    insert_all(session, tables.Citation, quotes)


def add_verdicts(session: Session, of: AttemptKey, verdicts: Sequence[evidence.Verdict], now: dt.datetime) -> None:
    """What was found about the claims of one attempt; each finding once."""
    bodies = [asdict(of) | plain.pack(verdict) for verdict in verdicts]
    insert_all(session, tables.Verdict, [{"key": plain.digest(body), **body, "at": now} for body in bodies])


def add_findings(
    session: Session,
    mission: str,
    occasion: str,
    found: Sequence[evidence.Verdict] | Sequence[evidence.Dependency],
    of: Mapping[str, tuple[int, int]],
    now: dt.datetime,
) -> None:
    """Verdicts or dependencies about claims of any attempts; said again for the same occasion, each is kept once.

    The key leaves out the attempt: a phase that runs again finds newer attempts, which the findings are not about.
    """
    table = tables.Dependency if found and isinstance(found[0], evidence.Dependency) else tables.Verdict
    places = _places(session, mission, {one.claim for one in found}, of)
    rows: list[dict[str, Any]] = []
    for one in found:
        if one.claim in places:
            body = plain.pack(one)
            key = plain.digest([mission, occasion, body])
            rows.append({"key": key, **asdict(AttemptKey(mission, *places[one.claim])), **body, "at": now})
    insert_all(session, table, rows)


def _places(session: Session, mission: str, claims: set[str], of: Mapping[str, tuple[int, int]]) -> dict[str, Place]:
    """Claim -> the attempt that a finding about it is about: the one named for its task, else the newest with it."""
    row = tables.Claim
    wanted = select(row).where(row.mission == mission, col(row.id).in_(claims))
    made = session.exec(wanted.order_by(col(row.rev), col(row.attempt))).all() if claims else ()
    newest = {one.id: (one.task, one.rev, one.attempt) for one in made}
    named = {id: (task, *of[task]) for id in claims if (task := id.split(".", 1)[0]) in of}
    return newest | named


# ---- reading ----


def of_mission(session: Session, table: type[R], id: str, *order: Any) -> Sequence[R]:
    """All rows of a mission in a table."""
    return session.exec(select(table).where(table.mission == id).order_by(*order)).all()  # type: ignore[attr-defined]


def in_force(session: Session, id: str, tasks: Mapping[str, TaskRecord]) -> InForce:
    """The claims of the newest attempts with what was found about them, in the order in which it was found."""
    rows = of_mission(session, tables.Claim, id, tables.Claim.task, tables.Claim.place)
    quotes = citations(of_mission(session, tables.Citation, id, tables.Citation.id))
    verdicts = of_mission(session, tables.Verdict, id, tables.Verdict.id)
    rests = of_mission(session, tables.Dependency, id, tables.Dependency.id)
    found = (plain.unpack(evidence.Dependency, row.model_dump()) for row in _newest(rests, tasks))
    return InForce(
        claims=tuple(as_claim(row, quotes) for row in _newest(rows, tasks)),
        verdicts=tuple(as_verdict(row) for row in _newest(verdicts, tasks)),
        dependencies=tuple(dict.fromkeys(found)),
    )


def _newest(rows: Sequence[Found], tasks: Mapping[str, TaskRecord]) -> list[Found]:
    """The findings that belong to the newest attempt of their task."""
    return [r for r in rows if (now := tasks.get(r.task)) and (r.rev, r.attempt) == (now.rev, now.attempt)]


Quotes = Mapping[tuple[str, int, int, str], Mapping[int, evidence.Citation]]


def citations(rows: Iterable[tables.Citation]) -> Quotes:
    """Citations by attempt and claim and place; one that was found counts before one that was only offered."""
    found: dict[tuple[str, int, int, str], dict[int, evidence.Citation]] = {}
    for row in rows:
        of = found.setdefault((row.task, row.rev, row.attempt, row.claim), {})
        if row.start is not None or row.place not in of:
            of[row.place] = evidence.Citation(row.snapshot, row.quote, row.start, row.end)
    return found


def as_claim(row: tables.Claim, quotes: Quotes) -> evidence.Claim:
    """The claim with its citations in their places."""
    of = quotes.get((row.task, row.rev, row.attempt, row.id), {})
    return replace(plain.unpack(evidence.Claim, row.claim), citations=tuple(of[place] for place in sorted(of)))


def as_verdict(row: tables.Verdict) -> evidence.Verdict:
    """The finding as the domain knows it."""
    return plain.unpack(evidence.Verdict, row.model_dump())


def snapshots(session: Session, id: str) -> dict[str, evidence.Snapshot]:
    """Every text captured for the mission, as it was captured first, by its id."""
    text, source, capture = tables.Snapshot, tables.Source, tables.Capture
    wanted = (
        select(text, source.kind, source.address, capture.by)
        .join(source, sa.and_(col(source.mission) == text.mission, col(source.id) == text.source))
        .join(capture, sa.and_(col(capture.mission) == text.mission, col(capture.snapshot) == text.id))
        .where(text.mission == id)
        .order_by(col(text.id), col(capture.at).desc(), col(capture.task).desc())
    )
    return {
        row.id: plain.unpack(evidence.Snapshot, row.model_dump() | {"kind": kind, "source": address, "captured_by": by})
        for row, kind, address, by in session.exec(wanted).all()
    }
