"""Marks for readers: `[t1.c2]` becomes a number, and each number its line with status, source and quote."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agents.domain.artifact import MARK
from agents.domain.evidence import Claim, Status, status
from agents.ports import File


@dataclass(frozen=True)
class Reference:
    """What stands behind a mark."""

    number: int
    claim: Claim
    status: Status | None
    source: str  # title, and where to find it
    link: str  # URL, or empty
    quote: str
    against: str  # what was found against it, or empty


class Numbers:
    """Numbers for marks, in the order in which texts first use them."""

    def __init__(self, file: File) -> None:
        self._file = file
        self._claims = {claim.id: claim for claim in file.claims}
        self._numbers: dict[str, int] = {}

    def text(self, text: str) -> str:
        """The text with numbers; doubted claims carry a word, unknown marks vanish."""
        return MARK.sub(lambda found: self._mark(found[1], text[found.end() : found.end() + 16]), text)

    def _mark(self, id: str, after: str) -> str:
        claim = self._claims.get(id)
        if claim is None:
            return ""
        number = self._numbers.setdefault(id, len(self._numbers) + 1)
        standing = status(claim, self._file.verdicts)
        doubted = standing in (Status.BLOCKED, Status.CONTESTED, Status.UNVERIFIED)
        said = f"({standing})" in after  # the author has put the word there already
        return f"[{number}, {standing}]" if doubted and not said else f"[{number}]"

    def references(self) -> list[Reference]:
        """One for each number, in order."""
        return [self._reference(id, number) for id, number in self._numbers.items()]

    def _reference(self, id: str, number: int) -> Reference:
        claim = self._claims[id]
        root = root_of(claim, self._claims)
        first = root.citations[0] if root.citations else None
        source = self._file.snapshots.get(first.snapshot) if first else None
        standing = status(claim, self._file.verdicts)
        against = [v.detail for v in self._file.verdicts if v.claim == id and v.status is standing and v.by != "rule"]
        doubted = standing in (Status.CONTESTED, Status.BLOCKED, Status.UNVERIFIED)
        return Reference(
            number=number,
            claim=claim,
            status=standing,
            source=_title(source.title, source.published) if source else "no source",
            link=source.source if source and source.source.startswith(("https://", "http://")) else "",
            quote=first.quote if first else "",
            against=" ".join(against) if doubted else "",
        )


def root_of(claim: Claim, claims: Mapping[str, Claim]) -> Claim:
    """The claim itself, or the first with a quote among those it was taken from."""
    seen: set[str] = set()
    queue = [claim.id]
    while queue:
        found = claims.get(queue.pop(0))
        if found is None or found.id in seen:
            continue
        if found.citations:
            return found
        seen.add(found.id)
        queue += found.derived_from
    return claim


def _title(title: str, published: str | None) -> str:
    return f"{title} ({published})" if published else title


def lines(references: Iterable[Reference]) -> list[str]:
    """Markdown lines: number, status, quote, source."""
    return [_line(reference) for reference in references]


def _line(reference: Reference) -> str:
    quote = f"“{reference.quote}” — " if reference.quote else f"{reference.claim.text} — "
    sums = f" (computed: {reference.claim.expression})" if reference.claim.expression else ""
    against = f" **Against it:** {reference.against}" if reference.against else ""
    where = f" <{reference.link}>" if reference.link else ""
    return f"{reference.number}. *{reference.status or 'opinion'}*: {quote}{reference.source}{where}{sums}{against}"


def without(text: str) -> str:
    """The text without marks, as it can be published."""
    bare = re.sub(r"[ \t]{2,}", " ", MARK.sub("", text))
    return re.sub(r" +([.,;:!?)])", r"\1", bare).strip()
