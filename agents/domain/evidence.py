"""Claims and what stands behind them. A status is computed from verdicts, never asserted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

OVERRULED = "overruled"  # the reason of a person's verdict that lifts a block

SourceKind = Literal["library", "web", "file", "thread", "run"]


class Status(StrEnum):
    """Of a claim; the first that applies wins."""

    BLOCKED = "blocked"
    CONTESTED = "contested"
    UNVERIFIED = "unverified"
    TRACED = "traced"
    VERIFIED = "verified"


ORDER = tuple(Status)


@dataclass(frozen=True)
class Snapshot:
    """The exact text that a tool captured at a source. Only tools write these."""

    id: str  # first 16 hexadecimal digits of the SHA-256 of the text
    kind: SourceKind
    source: str  # URL, file name or permalink
    title: str
    text: str
    published: str | None = None  # ISO date as the source states it, None when it states none
    captured_by: str = ""  # the tool that captured it, empty where that was not recorded


@dataclass(frozen=True)
class Citation:
    """The verbatim quote offered for a claim, and where it was captured."""

    snapshot: str  # id
    quote: str
    start: int | None = None  # offsets in the snapshot's text, set when the quote was found there
    end: int | None = None


@dataclass(frozen=True)
class Claim:
    """One checkable sentence."""

    id: str  # <task>.c<number>
    text: str
    kind: Literal["fact", "inference", "opinion", "computed", "run"] = "fact"  # run: what running code showed
    key: bool = False  # the result hangs on it
    citations: tuple[Citation, ...] = ()
    derived_from: tuple[str, ...] = ()  # ids of the claims it was taken from
    expression: str = ""  # for "computed": the sum, e.g. "0.42 - 0.39"


@dataclass(frozen=True)
class Dependency:
    """One claim rests on another."""

    claim: str  # id
    on: str  # id of the claim that it rests on
    how: Literal["declared", "detected"]  # said by the author, or found out by comparing


@dataclass(frozen=True)
class Verdict:
    """One finding about a claim. Never edited, only followed by another."""

    claim: str
    by: Literal["rule", "sceptic", "person"]
    status: Status
    reason: str  # short code, e.g. quote_not_in_snapshot
    detail: str = ""  # one sentence for people


def snapshot_id(text: str) -> str:
    """The address of a text: equal texts have equal ids."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def status(claim: Claim, verdicts: Iterable[Verdict]) -> Status | None:
    """Status of the claim under all verdicts about it, in their order; None for an opinion, which needs no evidence.

    The worst finding wins, whoever agrees with the claim. A person who overrules a block makes it unverified and no
    better, and only for the blocks that were there when they spoke.
    """
    given = [verdict for verdict in verdicts if verdict.claim == claim.id]
    if claim.kind == "opinion" and not given:
        return None
    names = {verdict.status for verdict in _in_force(given)}
    for bad in (Status.BLOCKED, Status.CONTESTED, Status.UNVERIFIED):
        if bad in names:
            return bad
    traced = any(v.by == "rule" and v.status is Status.TRACED for v in given)
    agreed = any(v.by != "rule" and v.status is Status.VERIFIED for v in given)
    if traced:
        return Status.VERIFIED if agreed else Status.TRACED
    return Status.UNVERIFIED


def _in_force(given: list[Verdict]) -> list[Verdict]:
    """The verdicts without the blocks that a person overruled later."""
    spoken = [place for place, verdict in enumerate(given) if overrules(verdict)]
    last = spoken[-1] if spoken else -1
    return [verdict for place, verdict in enumerate(given) if place > last or verdict.status is not Status.BLOCKED]


def overrules(verdict: Verdict) -> bool:
    """Whether a person lifts blocks with it."""
    return verdict.by == "person" and verdict.status is Status.UNVERIFIED and verdict.reason == OVERRULED


def worst(statuses: Iterable[Status | None]) -> Status | None:
    """The weakest of several statuses; None when there is none."""
    found = [s for s in statuses if s is not None]
    return min(found, key=ORDER.index) if found else None
