"""The devil's advocate by rules: the weakest of the claims that matter most, and what can be said against it."""

from collections import Counter

from agents.contracts import AdvocateBrief, ClaimBrief, ObjectionDraft
from agents.domain.artifact import MARK
from bot.local.rehearsal import language

_WEAK = ("blocked", "contested", "unverified", "traced", "verified", "opinion")


def answer(brief: AdvocateBrief) -> ObjectionDraft:
    """One premise, the claims it rests on, one objection."""
    said = list(dict.fromkeys(MARK.findall(brief.conclusion)))
    order = {one.id: place for place, one in enumerate(brief.claims)}
    weakest = min(brief.claims, key=lambda one: (one.id not in said, _weakness(one), order[one.id]))
    return ObjectionDraft(
        premise=language.cut(f"It must hold that {_lowered(weakest.text)}", 600),
        claims=[weakest.id],
        objection=language.cut(_objection(brief, weakest), 800),
    )


def _weakness(one: ClaimBrief) -> int:
    return _WEAK.index(one.status) if one.status in _WEAK else len(_WEAK)


def _lowered(text: str) -> str:
    first = text.split(" ", 1)[0]
    return text if first.lower() not in language.STOP else text[:1].lower() + text[1:]


def _objection(brief: AdvocateBrief, weakest: ClaimBrief) -> str:
    if weakest.status in ("blocked", "contested", "unverified"):
        return f"This very claim is {weakest.status}. {weakest.detail}".strip()
    sources = Counter(one.source for one in brief.claims if one.source)
    title, leaning = sources.most_common(1)[0] if sources else ("", 0)
    if leaning > 1:
        return f"More claims rest on one source, {title}, than on any other; were it wrong, they would fall together."
    return "Each claim has a single source; nobody has measured the same thing a second time."
