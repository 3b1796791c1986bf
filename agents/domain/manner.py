"""How a work speaks: words that it is not to use, and runs of code that it must not speak of without one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from agents.domain import marking
from agents.domain.artifact import Artifact
from agents.domain.evidence import Claim, Status

HYPE = (
    "revolutionary", "revolutionise", "revolutionize", "game-changer", "game-changing", "groundbreaking", "world-class",
    "best-in-class", "cutting-edge", "state-of-the-art", "next-level", "unparalleled", "unprecedented", "mind-blowing",
    "jaw-dropping", "must-have", "once-in-a-lifetime", "miracle", "magical", "disruptive", "synergy", "guaranteed",
)  # fmt: skip
_RAN = re.compile(
    r"\b(?:(?:unit |integration )?tests? (?:now |all )?(?:pass(?:es|ed)?|succeed(?:s|ed)?|fail(?:s|ed)?"
    r"|(?:is|are|was|were) green)"
    r"|(?:was|were|has been|have been|I|we) (?:run|ran|executed|benchmarked|tested)\b(?! into)"
    r"|when (?:run|executed)\b|exit(?:s|ed)? (?:with )?(?:code|status)|exit code"
    r"|(?:script|program|code|query|function|command) (?:prints?|printed|returns?|returned|outputs?|runs in|ran in|took"
    r"|takes \d|works|worked))",
    re.IGNORECASE,
)
_DENIED = re.compile(r"\b(?:not|never|nothing|nobody|without)\b|n['’]t\b|\buntested\b", re.IGNORECASE)


def tone_faults(artifact: Artifact, banned: Sequence[str]) -> Iterator[str]:
    """One sentence for each word that oversells, or that the check names."""
    words = [*dict.fromkeys(word.strip() for word in banned if word.strip()), *HYPE]
    pattern = "|".join(_spelled(word) for word in sorted(words, key=lambda word: -len(word)))
    for unit in marking.units(artifact):
        text = marking.plain(unit.text)
        for found in dict.fromkeys(match[0] for match in re.finditer(rf"(?<!\w)(?:{pattern})(?!\w)", text, re.I)):
            yield f"In {unit.where}: “{found}” is not to be used; say what is known instead."
        if re.search(r"!{2,}", text):
            yield f"In {unit.where}: one exclamation mark is enough."


def _spelled(word: str) -> str:
    """The word however its parts are joined."""
    return r"[\s‑-]+".join(re.escape(part) for part in re.split(r"[\s‑-]+", word))


def run_faults(artifact: Artifact, claims: Mapping[str, Claim], statuses: Mapping[str, Status | None]) -> Iterator[str]:
    """One sentence for each place that says what code did and leads to no run that stands."""
    for unit in marking.units(artifact):
        text = marking.plain(unit.text)
        said = _RAN.search(text)
        if said is None or _DENIED.search(text):
            continue
        runs = [id for id in unit.marks if id in claims and claims[id].kind == "run"]
        if not any(statuses.get(id) in (Status.TRACED, Status.VERIFIED) for id in runs):
            yield (
                f"In {unit.where}: “{said[0]}” speaks of a run, and no claim of a run stands behind it. "
                "Run it and quote the output, or say that it was not run."
            )
