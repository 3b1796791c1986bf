"""Sentences of finished work that say something checkable and lead to no claim that says it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from agents.domain import marking
from agents.domain.artifact import Artifact
from agents.domain.evidence import Claim

_LINK = re.compile(r"https?://[^\s<>|)\]]*[^\s<>|)\].,;:!?]|(?<!\w)www\.[^\s<>|)\]]*[^\s<>|)\].,;:!?]")


class Uncovered(NamedTuple):
    """A sentence, cell or item, and what in it no marked claim contains."""

    sentence: str
    figures: tuple[str, ...]  # figures, dates and links as written


def uncovered(artifact: Artifact, claims: Mapping[str, Claim]) -> list[Uncovered]:
    """What the artifact asserts past its claims, in reading order.

    A figure or date needs a mark to a claim that contains it; a link needs a mark to any claim.
    """
    found = [Uncovered(marking.plain(unit.text), _missing(unit, claims)) for unit in marking.units(artifact)]
    return [one for one in found if one.figures]


def _missing(unit: marking.Unit, claims: Mapping[str, Claim]) -> tuple[str, ...]:
    links = () if any(mark in claims for mark in unit.marks) else tuple(_LINK.findall(marking.plain(unit.text)))
    return (*marking.unborne(unit, claims), *links)
