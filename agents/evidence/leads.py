"""Claims that only make sense behind another one, as "It was 5 million." does: a false claim may be split in two."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agents.domain.evidence import Claim
from agents.evidence import names

_POINTS_BACK = re.compile(
    r"\b(?:they|them|their|it|its|he|she|his|her)\b"
    r"|^\W*(?:and |but |also,? )?(?:this|that|these|those|both|the same"
    r"|the (?:company|firm|group|bank|figure|number|amount|sum|total|former|latter|share|rate|value|maker|business))\b",
    re.I,
)


def of(claims: Sequence[Claim], lexicon: names.Lexicon) -> dict[str, Claim]:
    """For each claim of a hand-over that points back and names nothing itself, the claim that it points back to."""
    found: dict[str, Claim] = {}
    lead: Claim | None = None
    for claim in claims:
        if lead and _POINTS_BACK.search(claim.text) and not names.of(claim.text, lexicon):
            found[claim.id] = lead
        else:
            lead = claim
    return found
