"""Where a quote stands: its sentence, the sentences beside it, and the title above them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from agents.domain import marking
from agents.domain.evidence import Citation, Snapshot


@dataclass(frozen=True)
class Passage:
    """A found quote in its surroundings."""

    snapshot: Snapshot
    quote: str
    sentence: str  # the whole sentence, or sentences, that the quote was taken from
    before: str  # the sentence before; empty at the beginning
    after: tuple[str, ...]  # up to two sentences after

    @property
    def near(self) -> str:
        """Everything around the quote that tells what it is about."""
        return "\n".join((self.snapshot.title, self.before, self.sentence, *self.after[:1]))

    @property
    def rest(self) -> str:
        """What the sentence says besides the quote."""
        return self.sentence.replace(self.quote, " … ", 1) if self.quote in self.sentence else ""


def passage(citation: Citation, snapshot: Snapshot) -> Passage:
    """The surroundings of a quote that was found; of another one, the quote alone."""
    if citation.start is None or citation.end is None:
        return Passage(snapshot, citation.quote, citation.quote, "", ())
    places = sentence_places(snapshot.text)
    inside = [n for n, (start, end) in enumerate(places) if start < citation.end and end > citation.start]
    if not inside:
        return Passage(snapshot, citation.quote, citation.quote, "", ())
    first, last = inside[0], inside[-1]
    said = [snapshot.text[start:end] for start, end in places]
    return Passage(
        snapshot,
        snapshot.text[citation.start : citation.end],
        " ".join(said[first : last + 1]),
        said[first - 1] if first else "",
        tuple(said[last + 1 : last + 3]),
    )


@lru_cache(maxsize=64)
def sentence_places(text: str) -> tuple[tuple[int, int], ...]:
    """Offsets of the sentences of a text."""
    places: list[tuple[int, int]] = []
    at = 0
    for sentence in marking.sentences(text):
        start = text.find(sentence, at)
        if start >= 0:
            at = start + len(sentence)
            places.append((start, at))
    return tuple(places)
