"""The reviewer of the craft by rules: hollow words, shouting, openings that repeat each other."""

import re

from agents.contracts import CriticBrief, CritiqueDraft
from bot.local.rehearsal import language

_HOLLOW = re.compile(
    r"\b(?:revolutionary|game[- ]chang\w+|world[- ]class|best[- ]in[- ]class|cutting[- ]edge|unparalleled"
    r"|groundbreaking|mind[- ]blowing|100\s?% guaranteed)\b",
    re.IGNORECASE,
)
LAST_ROUND = 2  # what was said once and not mended is left to the critic


def answer(brief: CriticBrief) -> CritiqueDraft:
    """Accept, or rework with one sentence for each thing to mend."""
    points = [] if brief.round > LAST_ROUND else [*_hollow(brief), *_shouting(brief), *_openings(brief)]
    return CritiqueDraft(verdict="rework" if points else "accept", points=points[:4])


def _hollow(brief: CriticBrief) -> list[str]:
    found = dict.fromkeys(match[0] for match in _HOLLOW.finditer(brief.work))
    return [f"Replace “{word}” with what is known; it promises without saying anything." for word in found]


def _shouting(brief: CriticBrief) -> list[str]:
    loud = re.search(r"!{2,}|\b(?:[A-Z]{4,}\s+){3,}", brief.work)
    return [f"Say “{language.cut(loud[0].strip(), 60)}” without shouting."] if loud else []


def _openings(brief: CriticBrief) -> list[str]:
    """Pieces that begin with the same words look like one piece."""
    lines = [line.partition(": ")[2] or line for line in brief.work.splitlines() if not line.startswith("#")]
    heads = [" ".join(line.split()[:6]) for line in lines if len(line.split()) > 12 and " | " not in line]
    twice = [head for head in dict.fromkeys(heads) if heads.count(head) > 1]
    return [f"Two pieces begin with “{head}”; begin one of them differently." for head in twice[:2]]
