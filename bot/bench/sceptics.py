"""A sceptic that knows the truth, with stated faults of its own: for a table of sensitivity, which is no result."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from agents.contracts import DoubtDraft, Doubted, DoubtsDraft, ScepticBrief
from bot.bench.cases import Case
from bot.bench.replay import Replay

RECALLS = (0.5, 0.75, 0.9)
ALARMS = (0.1, 0.25)


@dataclass(frozen=True)
class Assumed:
    """Doubts a false claim with probability `recall` and a true one with probability `alarm`.

    The dice are the same for all settings, so that a better sceptic finds all that a worse one does.
    """

    recall: float
    alarm: float
    seed: int

    @property
    def name(self) -> str:
        return f"C r={self.recall:g} f={self.alarm:g}"

    def answer(self, brief: ScepticBrief, played: Replay) -> DoubtsDraft:
        """A finding for each claim that is asked about."""
        return DoubtsDraft(findings=[self._finding(claim, played) for claim in brief.claims])

    def doubts(self, case: Case) -> frozenset[str]:
        """The claims that it does not support. Two sceptics who doubt the same are the same for a case."""
        return frozenset(claim.claim_id for claim in case.claims if self._doubts(case, claim.claim_id))

    def _doubts(self, case: Case, claim: str) -> bool:
        chance = self.recall if claim in case.false else self.alarm
        return self._die(case.case_id, claim) < chance

    def _finding(self, asked: Doubted, played: Replay) -> DoubtDraft:
        claim, place = played.claims.get(asked.id), support(asked, played)
        if claim is None or place is None or self._doubts(played.case, claim):
            return DoubtDraft(claim=asked.id, answer="not_in_source", reason="Not found in the windows.")
        return DoubtDraft(claim=asked.id, answer="supported", snapshot=place[0], quote=place[1], reason="Found.")

    def _die(self, *words: str) -> float:
        digest = hashlib.sha256("|".join((str(self.seed), *words)).encode()).digest()
        return int.from_bytes(digest[:6], "big") / 2**48


def support(asked: Doubted, played: Replay) -> tuple[str, str] | None:
    """A snapshot and a passage of it that the sceptic may quote: the author's own choice, else a window's beginning."""
    shown = {window.snapshot for window in asked.windows}
    by_id = {one.claim_id: one for one in played.case.claims}
    claim = by_id.get(played.claims.get(asked.id, ""))
    for quote in claim.citations if claim else ():
        found = played.snapshots.get(quote.source_id)
        if found and found.id in shown:
            return found.id, quote.quote
    return next(((window.snapshot, _beginning(window.text.split())) for window in asked.windows), None)


def _beginning(words: Sequence[str]) -> str:
    return " ".join(words[1:13] if len(words) > 13 else words)
