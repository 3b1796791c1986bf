"""Writes prose out of findings: reports, letters, summaries, answers."""

import re
from collections.abc import Sequence

from agents.contracts import ClaimDraft, HandOver
from bot.local.rehearsal import choosing, language, passages, wording
from bot.local.rehearsal.asks import Ask
from bot.local.rehearsal.findings import Finding, Pool
from bot.local.rehearsal.roles.notice import NOTICE

LEAD = 3
PER_SECTION = 6
MOST_ANSWERS = 10


def hand_over(ask: Ask, pool: Pool, own: list[ClaimDraft]) -> HandOver:
    """The text, in the form that its title names. How long it gets is not looked at in the first draft."""
    title = language.cut(ask.brief.title, 150)
    if re.search(r"\bscript|program|function|query|code|regex\b", ask.brief.title, re.IGNORECASE):
        return _no_code(ask, title, pool, own)
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
    if re.search(r"\bfaq\b|\bquestions and answers\b", ask.brief.title, re.IGNORECASE):
        return [_answered(one, ask) for one in _about(ask, pool)[:MOST_ANSWERS]]
    if re.search(r"\b(?:list|checklist|agenda|instructions)\b", ask.brief.title, re.IGNORECASE):
        return ["\n".join(f"- {one.marked()}" for one in _about(ask, pool))]
    names = [name for name in pool.cast.names if name in f"{ask.brief.mission} {ask.brief.title}"]
    near = _about(ask, pool)
    lead = _lead(ask, names, near)
    parts = [" ".join(one.marked() for one in lead)]
    rest = [one for one in near if one not in lead]
    parts += [_section(name, [one for one in rest if one.subjects[:1] == (name,)]) for name in names]
    others = [one for one in rest if not set(one.subjects[:1]) & set(names)]
    parts += [_section(*group) for group in _by_source(others)]
    unknown = [f"- {name}: unknown." for name in _absent(ask, pool)]
    unknown += [f"- {one.text.rstrip('.')} {one.mark} is {one.status}." for one in pool.findings if one.doubted]
    parts.append("\n".join(["## What is not certain", "", *unknown[:8]]) if unknown else "")
    return [part for part in parts if part]


def _about(ask: Ask, pool: Pool) -> list[Finding]:
    """What bears on this very text; all there is when nothing does more than the rest."""
    near = choosing.on(pool.findings, ask.primary, LEAD)
    near = near if len(near) > LEAD else choosing.ranked(pool.findings, ask.primary)
    rows = [one for one in near if choosing.fields(one)]
    said = [one for one in near if one not in rows]
    asked = [one for one in rows if choosing.shared(ask.primary, " ".join(choosing.fields(one).values()))]
    return [*said, *(asked if len(said) >= LEAD else rows)]


def _lead(ask: Ask, names: Sequence[str], near: Sequence[Finding]) -> list[Finding]:
    """What matters most: an undoubted finding for each subject asked about, else what shares most with the request."""
    sound = [one for one in near if not one.doubted]
    picked = [one for name in names if (one := next((f for f in sound if f.subjects[:1] == (name,)), None))]
    rows = [one for one in sound if choosing.fields(one)]
    rest = [one for one in sound if one not in picked and one not in rows]
    picked += sorted(rest, key=lambda one: (-choosing.fit(one, ask.primary), not language.has_figure(one.text)))
    picked += rows
    return (picked or list(near))[:LEAD]


def _by_source(rest: Sequence[Finding]) -> list[tuple[str, list[Finding]]]:
    """The findings under the titles of their sources."""
    titles = list(dict.fromkeys(one.source for one in rest))
    if len(titles) < 2:
        return [("What else is known", list(rest))]
    return [(passages.heading(title), [one for one in rest if one.source == title]) for title in titles]


def _answered(one: Finding, ask: Ask) -> str:
    return f"**{question(one, ask)}**\n\n{one.marked()}"


def question(one: Finding, ask: Ask) -> str:
    """A question that the finding answers, made of its label, else of the words that it shares with the request."""
    label, _, rest = one.text.partition(": ")
    if cells := choosing.fields(one):
        return (
            f"What is listed for {language.without_digits(next(iter(cells.values()))) or passages.label(one.source)}?"
        )
    labelled = bool(rest) and len(label.split()) <= 5 and not language.has_figure(label)
    telling = [word for word in language.words(rest if labelled else one.text) if _is_telling(word)]
    shared = [word for word in telling if wording.root(word) in ask.wanted]
    about = language.listing([*shared[:1], *(w for w in sorted(telling, key=len)[::-1] if w not in shared[:1])][:2])
    return f"{label}: what is known about {about}?" if labelled and about else f"What is known about {about or label}?"


def _is_telling(word: str) -> bool:
    return len(word) > 3 and word.isalpha() and word.islower() and word not in language.STOP | wording.GERMAN | _FIGURES


_FIGURES = frozenset(
    [
        *language.NUMBER_WORDS,
        "million",
        "millions",
        "billion",
        "thousand",
        "percent",
        "half",
        "twice",
        "everybody",
        "nobody",
        "everyone",
        "somebody",
    ]
)


def _section(title: str, own: list[Finding]) -> str:
    return "\n".join([f"## {title}", "", *(f"- {one.marked()}" for one in own[:PER_SECTION])]) if own else ""


def _absent(ask: Ask, pool: Pool) -> list[str]:
    every = " ".join(one.text for one in pool.findings)
    return [name for name in dict.fromkeys([*ask.names, *ask.names_of("mentions")]) if name not in every]


def _no_code(ask: Ask, title: str, pool: Pool, own: list[ClaimDraft]) -> HandOver:
    """Rules cannot write a program; to say so is the honest work."""
    text = "\n\n".join(
        [
            f"# {language.without_digits(title) or 'Program'}",
            "No program was written and none was run: a rehearsal works by rules, and rules do not program.",
            f"What it would have to do: {language.without_digits(language.sentence(ask.brief.brief.splitlines()[0]))}",
            "With a language model in place this task brings the program and how to run it.",
            *([_section("What the sources say about it", _about(ask, pool))] if pool.findings else []),
        ]
    )
    points = ["The program is missing: it takes a language model."]
    return HandOver(title=title, note=f"{NOTICE} No program was written.", text=text, claims=own, open_points=points)
