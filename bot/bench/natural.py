"""Claims that people wrote and people judged, beside the planted ones: what rules alone can and cannot see.

The files are other people's and are not shipped. Where they are not at hand, a line says how to get them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from agents.domain.evidence import Citation, Claim, Snapshot, Status, snapshot_id, status
from agents.evidence import figures, ledger
from bot.bench import texts
from bot.bench.cases import BadCases

SUMMEDITS, ATTRIBUTION, WICE = "summedits", "attribution", "wice"
FILES = ("summedits_docs.jsonl", "summedits_claims.jsonl", "attribution.jsonl", "wice_claims.jsonl")
ABSENT = (
    "Natural claims: not measured. Put summedits_docs.jsonl, summedits_claims.jsonl, attribution.jsonl and "
    "wice_claims.jsonl (SummEdits, AttributionBench and WiCE as JSON Lines) into a folder and name it with --natural."
)
TODAY = date(2026, 1, 1)  # the pages state no dates


@dataclass(frozen=True)
class Judged:
    """A claim, the page that it cites, and whether people found it supported there."""

    set: str
    claim: str
    page: str
    supported: bool


@dataclass(frozen=True)
class Rule:
    """What a rule says of all claims of a set."""

    set: str
    name: str
    caught: int  # unsupported claims flagged
    unsupported: int
    alarms: int  # supported claims flagged
    supported: int

    @property
    def precision(self) -> float | None:
        flagged = self.caught + self.alarms
        return self.caught / flagged if flagged else None

    @property
    def recall(self) -> float | None:
        return self.caught / self.unsupported if self.unsupported else None

    @property
    def alarm_rate(self) -> float | None:
        return self.alarms / self.supported if self.supported else None


def folder(given: Path | None) -> Path | None:
    """Where the files are: in the folder or in its part `grounding`; None where they are not."""
    places = [given, given / "grounding"] if given else []
    return next((place for place in places if all((place / name).is_file() for name in FILES)), None)


def load(place: Path) -> list[Judged]:
    """All judged claims. Rows without evidence are left out. Raises BadCases."""
    pages = {row["doc_id"]: row["text"] for row in _rows(place / FILES[0], "doc_id", "text")}
    found = [
        Judged(SUMMEDITS, row["claim"], pages[row["doc_id"]], row["label"] == "supported")
        for row in _rows(place / FILES[1], "claim", "doc_id", "label")
        if row["doc_id"] in pages
    ]
    for set, name in ((ATTRIBUTION, FILES[2]), (WICE, FILES[3])):
        rows = _rows(place / name, "claim", "evidence", "label")
        found += [
            Judged(set, r["claim"], "\n".join(r["evidence"]), r["label"] == "supported") for r in rows if r["evidence"]
        ]
    return found


def _rows(path: Path, *wanted: str) -> Iterator[dict[str, Any]]:
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise BadCases(f"{path} cannot be read: {error.strerror or 'unknown reason'}.") from None
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            raise BadCases(f"{path}, line {number} is not JSON.") from None
        if missing := [name for name in wanted if not isinstance(row, dict) or name not in row]:
            raise BadCases(f"{path}, line {number} has no {missing[0]}.")
        yield row


def digits(judged: Iterable[Judged]) -> list[Rule]:
    """The one rule that blocks: a figure of the claim is nowhere on the page it cites."""
    return _by_set("figure not on the page", judged, _foreign)


def together(judged: Iterable[Judged]) -> list[Rule]:
    """What blocks, and what blocks or warns, over all sets; the passages nearest in words are taken as quotes."""
    judged = list(judged)
    flags = [(one, _foreign(one)) for one in judged]
    doubts = [(one, flag or _doubted(one)) for one, flag in flags]
    return [_counted("all", "block rules", flags), _counted("all", "block + warn", doubts)]


def _foreign(one: Judged) -> bool:
    return bool(figures.foreign(one.claim, [one.page]))


def _nearest(one: Judged) -> list[str]:
    """For each sentence of the claim the passage of the page that shares most words with it."""
    return list(dict.fromkeys(texts.best_passage(part, one.page) for part in texts.sentences(one.claim)))


def _doubted(one: Judged) -> bool:
    """Whether the ledger finds anything against the claim."""
    snapshot = Snapshot(snapshot_id(one.page), "web", "https://page.example", "", one.page)
    claim = Claim("t1.c1", one.claim, citations=tuple(Citation(snapshot.id, quote) for quote in _nearest(one)))
    found = ledger.examine("author", None, [claim], ledger.Known({}, {}, (), (), {snapshot.id: snapshot}, TODAY))
    return status(claim, found.verdicts) not in (Status.TRACED, Status.VERIFIED)


def _by_set(name: str, judged: Iterable[Judged], rule: Callable[[Judged], bool]) -> list[Rule]:
    flags = [(one, rule(one)) for one in judged]
    sets = dict.fromkeys(one.set for one, _ in flags)
    each = [_counted(set, name, [pair for pair in flags if pair[0].set == set]) for set in sets]
    return [*each, _counted("all", name, flags)]


def _counted(set: str, name: str, flags: list[tuple[Judged, bool]]) -> Rule:
    def many(flagged: bool | None, supported: bool) -> int:
        return sum(one.supported is supported and flagged in (None, flag) for one, flag in flags)

    return Rule(set, name, many(True, False), many(None, False), many(True, True), many(None, True))
