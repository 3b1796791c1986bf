"""Figures of a claim that its quotes do not bear: the one content check that is sure enough to block."""

from __future__ import annotations

from collections.abc import Iterable

from agents.domain import figures
from agents.domain.figures import Figure

__all__ = ["Figure", "foreign", "read"]

read = figures.read


def foreign(claim_text: str, quotes: Iterable[str]) -> list[str]:
    """The figures of the claim, as written there, that stand in none of the quotes; each once, in reading order.

    Spelling does not matter (`5 million`, `5,000,000`, `five million`), nor rounding to fewer digits.
    """
    return list(dict.fromkeys(figure.text for figure in figures.foreign(figures.read(claim_text), quotes)))
