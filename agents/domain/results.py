"""The result of a run: what its approval is bound to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict

from agents.domain import spelling
from agents.domain.artifact import Artifact


def digest(summary: str, caveats: Sequence[str], works: Iterable[Artifact], against: Sequence[str] = ()) -> str:
    """SHA-256 of the opening, the caveats, every deliverable in the plan's order, and what speaks against; hex."""
    body = spelling.fit([summary, list(caveats), [asdict(work) for work in works], list(against)])
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
