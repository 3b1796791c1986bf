"""Writes prose out of findings: reports, letters, summaries, answers."""

import re

from agents.contracts import ClaimDraft, HandOver
from bot.local.rehearsal import language
from bot.local.rehearsal.asks import Ask
from bot.local.rehearsal.findings import Finding, Pool
from bot.local.rehearsal.roles.notice import NOTICE

LEAD = 3
PER_SECTION = 6


def hand_over(ask: Ask, pool: Pool, own: list[ClaimDraft]) -> HandOver:
    """The text, in the form that its title names. How long it gets is not looked at in the first draft."""
    title = language.cut(ask.brief.title, 150)
    if re.search(r"\bscript|program|function|query|code|regex\b", ask.brief.title, re.IGNORECASE):
        return _no_code(ask, title, own)
    parts = [f"# {language.without_digits(title) or 'The text'}", *_greeting(ask), *_body(ask, pool), *_farewell(ask)]
    points = [f"Unknown: {name}." for name in _absent(ask, pool)]
    points += [] if pool.findings else [f"Nothing was found on {language.without_digits(ask.topic)}."]
    made = f"A text of {language.counted(len(pool.findings), 'finding')}." if pool.findings else "Nothing was found."
    note = f"{NOTICE} {made}"
    return HandOver(title=title, note=note, text="\n\n".join(parts), claims=own, open_points=points)


def _greeting(ask: Ask) -> list[str]:
    to = re.search(
        r"\b(?:letter|e?-?mail)\s+to\s+(?:the\s+|our\s+)?([^,.;\n]+)", f"{ask.brief.title}\n{ask.brief.brief}", re.I
    )
    if to:
        return [f"Dear {language.without_digits(to[1]).strip()},"]
    return ["Dear reader,"] if re.search(r"\b(?:letter|newsletter)\b", ask.brief.title, re.IGNORECASE) else []


def _farewell(ask: Ask) -> list[str]:
    return ["Kind regards"] if _greeting(ask) else []


def _body(ask: Ask, pool: Pool) -> list[str]:
    if not pool.findings:
        thing = language.without_digits(ask.topic) or "this"
        return [f"Nothing was found on {thing}. It is unknown, and nothing is claimed."]
    lead = _lead(pool)
    parts = [" ".join(one.marked() for one in lead)]
    rest = [one for one in pool.findings if one not in lead]
    parts += [_section(name, [one for one in rest if one.subjects[:1] == (name,)]) for name in pool.cast.names]
    others = [one for one in rest if not set(one.subjects[:1]) & set(pool.cast.names)]
    parts.append(_section("What else is known", others))
    unknown = [f"- {name}: unknown." for name in _absent(ask, pool)]
    unknown += [f"- {one.text.rstrip('.')} {one.mark} is {one.status}." for one in pool.findings if one.doubted]
    parts.append("\n".join(["## What is not certain", "", *unknown[:8]]) if unknown else "")
    return [part for part in parts if part]


def _lead(pool: Pool) -> list[Finding]:
    """What matters most: one undoubted finding for each subject, else the first ones with figures."""
    sound = pool.sound()
    firsts = [next((one for one in sound if one.subjects[:1] == (name,)), None) for name in pool.cast.names]
    picked = [one for one in firsts if one]
    picked += [one for one in sound if language.has_figure(one.text) and one not in picked]
    return (picked or list(pool.findings))[:LEAD]


def _section(title: str, own: list[Finding]) -> str:
    return "\n".join([f"## {title}", "", *(f"- {one.marked()}" for one in own[:PER_SECTION])]) if own else ""


def _absent(ask: Ask, pool: Pool) -> list[str]:
    every = " ".join(one.text for one in pool.findings)
    return [name for name in dict.fromkeys([*ask.names, *ask.names_of("mentions")]) if name not in every]


def _no_code(ask: Ask, title: str, own: list[ClaimDraft]) -> HandOver:
    """Rules cannot write a program; to say so is the honest work."""
    text = "\n\n".join(
        [
            f"# {language.without_digits(title) or 'Program'}",
            "No program was written and none was run: a rehearsal works by rules, and rules do not program.",
            f"What it would have to do: {language.without_digits(language.sentence(ask.brief.brief.splitlines()[0]))}",
            "With a language model in place this task brings the program and how to run it.",
        ]
    )
    points = ["The program is missing: it takes a language model."]
    return HandOver(title=title, note=f"{NOTICE} No program was written.", text=text, claims=own, open_points=points)
