"""Claims about runs of code: only a run that a tool captured in this mission can show what running shows."""

from __future__ import annotations

import re
from collections.abc import Mapping

from agents.domain import figures
from agents.domain.evidence import Claim, Snapshot, Status, Verdict

_THING = (
    r"(?:tests?|test suite|suite|script|program|code|build|benchmark|query|pipeline|notebook|function|command"
    r"|simulation)"
)
_RAN = (
    r"(?:pass|passes|passed|ran|runs|compiles?|compiled|succeeds?|succeeded|executed|executes|exits?|exited|fails?|failed"
    r"|crash(?:es|ed)?)"
)
_SPEAKS = re.compile(
    rf"\b{_THING}\b[^.;]{{0,40}}\b{_RAN}\b"
    rf"|\b(?:ran|executed|running|executing|re-?ran|benchmarked|compiled)\b[^.;]{{0,30}}\b{_THING}\b",
    re.I,
)
_FINE = re.compile(
    r"\b(?:cleanly|pass(?:es|ed)?|succe\w+|without (?:an? )?(?:errors?|failures?|problems?)"
    r"|no (?:errors?|failures?)|works"
    r"|green"
    r"|exit(?:s|ed)?(?: code| status| with)* 0|error-free|flawless\w*)\b",
    re.I,
)
_NOT_FINE = re.compile(r"\b(?:not|n't|never|fail\w*|crash\w*)\b", re.I)
_EXIT = re.compile(r"\bexit(?:ed)?(?:[ _-]?(?:code|status))?(?: with)?(?: code| status)?[ :=]*(-?\d+)", re.I)
_FAILED = re.compile(r"\b([1-9]\d*) (?:tests? )?(?:failed|failures?|errors?)\b|\bTraceback \(most recent|\bFAILED\b")


def judge(claim: Claim, snapshots: Mapping[str, Snapshot]) -> Verdict:
    """What the cited run shows about the claim; its quotes were found already."""
    runs = [snapshots[c.snapshot] for c in claim.citations if c.snapshot in snapshots]
    runs = [snapshot for snapshot in runs if snapshot.kind == "run"]
    if not runs:
        return _verdict(
            claim, Status.UNVERIFIED, "needs_run", "It says what a run showed and cites no run of this mission."
        )
    texts = [run.text for run in runs]
    if absent := figures.missing(claim.text, texts):
        names = ", ".join(dict.fromkeys(figure.text for figure in absent))
        return _verdict(claim, Status.BLOCKED, "figure_not_in_run", f"{names} is nowhere in what the run put out.")
    if says_fine(claim.text) and (failure := _failure(texts)):
        return _verdict(
            claim, Status.BLOCKED, "run_failed", f"The claim says that it went well; the run says “{failure}”."
        )
    return _verdict(claim, Status.TRACED, "run_shows", "Quote and figures are in what the run put out.")


def speaks_of_a_run(text: str) -> bool:
    """Whether the text says what running code showed."""
    return bool(_SPEAKS.search(text))


def says_fine(text: str) -> bool:
    """Whether the text says that a run went well."""
    return bool(_FINE.search(text)) and not _NOT_FINE.search(_FINE.sub("", text))


def _failure(texts: list[str]) -> str | None:
    for text in texts:
        code = _EXIT.search(text)
        if code and int(code[1]) != 0:
            return code[0]
        if failed := _FAILED.search(text):
            return failed[0]
    return None


def _verdict(claim: Claim, status: Status, reason: str, detail: str) -> Verdict:
    return Verdict(claim.id, "rule", status, reason, detail)
