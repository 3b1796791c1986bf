"""The manager by rules: what there is, the best founded findings with their marks, what to be careful about."""

import re

from agents.contracts import ManagerBrief, Material, ResultDraft
from bot.local.rehearsal import findings, language
from bot.local.rehearsal.findings import Finding
from bot.local.rehearsal.roles.notice import NOTICE
from bot.local.rehearsal.subjects import ASPECTS

SHOWN = 4
MOST_CAVEATS = 10


def answer(brief: ManagerBrief) -> ResultDraft:
    """The opening words, every figure with its mark, and the caveats."""
    names = [language.without_digits(material.title) for material in brief.materials]
    have = (
        f"You now have {language.listing(f'**{name}**' for name in names if name)}."
        if names
        else "There is no accepted work to show."
    )
    doubted = {one.id for one in brief.doubted}
    shown = _best(brief.materials, doubted)
    parts = [have]
    parts += ["What it shows:\n\n" + "\n".join(f"- {one.marked()}" for one in shown)] if shown else []
    summary = "\n\n".join([*parts, NOTICE])
    return ResultDraft(summary=language.cut(summary, 3000), caveats=_caveats(brief))


def _best(materials: list[Material], doubted: set[str]) -> list[Finding]:
    """Undoubted findings that the deliverables use: those of the analysis first, for each subject one."""
    pool = findings.of_materials(materials)
    told = [one for one in pool.findings if not re.match(r"(?:Strength|Weakness):", one.text)]
    sound = sorted((one for one in told if one.id not in doubted and not one.doubted), key=_weight)
    firsts = [next((one for one in sound if one.subjects[:1] == (name,)), None) for name in pool.cast.names]
    order = [one for one in firsts if one]
    conclusions = [one for one in sound if re.search(r"\bthe order is\b", one.text)]
    figures = [one for one in sound if language.has_figure(one.text)]
    plain = [one for one in sound if one not in figures]
    return list(dict.fromkeys([*conclusions[:1], *order, *figures, *plain]))[:SHOWN]


def _weight(one: Finding) -> tuple[bool, int]:
    """Sentences that name their subject by themselves first, then by the rank of what they measure."""
    ranks = [place for place, aspect in enumerate(ASPECTS) for r in one.readings if r.aspect.startswith(aspect.label)]
    return ": " in one.text, min(ranks, default=len(ASPECTS))


def _caveats(brief: ManagerBrief) -> list[str]:
    found = [f"Left out by a person's decision: {title}." for title in brief.dropped]
    if brief.doubted:
        stayed = "stays" if len(brief.doubted) == 1 else "stay"
        count = language.counted(len(brief.doubted), "claim").capitalize()
        found.append(f"{count} {stayed} in doubt; each is marked where it is used.")
    return found
