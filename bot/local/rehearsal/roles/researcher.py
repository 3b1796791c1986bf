"""Makes claims out of what was read: each a sentence of a source with its quote, chosen by what the brief asks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from agents.contracts import HandOver
from bot.local.rehearsal import choosing, language, passages, pieces, subjects
from bot.local.rehearsal.asks import Ask
from bot.local.rehearsal.findings import Candidate, Finding, Pool, candidates, claimed, to_machines
from bot.local.rehearsal.passages import Passage
from bot.local.rehearsal.reading import Page
from bot.local.rehearsal.roles import gather
from bot.local.rehearsal.roles.notice import NOTICE
from bot.local.rehearsal.subjects import Cast, Ranking

PER_SUBJECT = 6
PER_PAGE = 4
IN_ALL = 16
ENOUGH = 12  # sentences with which the strict choice stands by itself
SCANT = 6  # claims about named subjects; with fewer other passages join them


@dataclass(frozen=True)
class Gathered:
    """What one task found out by itself."""

    pool: Pool
    ranking: Ranking
    pages: tuple[Page, ...]
    pairs: tuple[tuple[str, str], ...] = ()  # ids of claims whose figures disagree


def gathered(pages: Sequence[Page], ask: Ask) -> Gathered:
    """Claims from the pages that are on the matter and do not try to steer their reader, numbered in order."""
    fitting = [page for page in gather.relevant(pages, ask) if not to_machines(page)]
    cast, ranking = _cast(fitting, ask)
    every = candidates(fitting, cast if cast.names else _heading(fitting), ask.about, ask.matters)
    chosen = _by_subject(every, cast, ranking, ask) if cast.names else _by_page(_impersonal(every, fitting))
    firm = chosen if cast.names or len(chosen) >= ENOUGH else []
    found = tuple(
        claimed(ask.brief.task, number, one, _is_key(one, cast)) for number, one in enumerate(firm[: 2 * IN_ALL], 1)
    )
    if len(found) < (SCANT if ask.names or cast.names else 1):
        found += tuple(choosing.claims(ask.brief.task, len(found) + 1, _further(pages, ask, firm), ask))
    return Gathered(Pool(found, cast), ranking, tuple(pages), tuple(_disagreeing(found)))


def _further(pages: Sequence[Page], ask: Ask, have: Sequence[Candidate]) -> list[Passage]:
    """What the pages say besides, nearest to the request; not what is about others whom the mission names."""
    others = [name for name in pieces.entities(ask.brief.mission) if name not in ask.names] if ask.names else []
    quoted = " ".join(one.quote for one in have)
    return [
        one
        for one in choosing.chosen(pages, ask)
        if one.quote not in quoted and not any(name in one.text for name in others)
    ]


def _heading(pages: Sequence[Page]) -> Cast:
    """Names that a page begins its title with: what its sentences are about when they name nothing."""
    known = subjects.cast([page.text for page in pages], [page.title for page in pages], sure=False)
    return known.only(name for name in known.names if any(_heads(name, page) for page in pages))


def _heads(name: str, page: Page) -> bool:
    """Whether the title begins with the name and the text keeps speaking of it."""
    said = sum(name in sentence for sentence in language.sentences(page.text))
    return page.title.startswith(name) and said > 1


def _cast(pages: Sequence[Page], ask: Ask) -> tuple[Cast, Ranking]:
    """Whom the findings are sorted by: those named in the brief, else the leading ones when some are compared."""
    if ask.names:
        known = subjects.cast([page.text for page in pages], [page.title for page in pages])
        present = [name for name in ask.names if any(name in f"{page.title}\n{page.text}" for page in pages)]
        named = Cast(tuple(present), tuple(alias for alias in known.aliases if alias[1] in present))
        return named, Ranking(tuple(present), "")
    return subjects.leading(pages) if ask.compares else (Cast(), Ranking((), ""))


def _by_subject(every: list[Candidate], cast: Cast, ranking: Ranking, ask: Ask) -> list[Candidate]:
    """For each wanted subject its best sentence on each aspect, with what other sources say differently."""
    chosen: list[Candidate] = []
    for subject in cast.names[: ask.count or 4]:
        own = sorted((one for one in every if one.subject == subject), key=lambda one: -one.score)
        if ranking.page:
            deciding = [c for c in own if c.page is ranking.page and any(r.aspect == ranking.by for r in c.readings)]
            own = deciding[:1] + [one for one in own if one not in deciding[:1]]
        chosen += [one for one in _varied(own, PER_SUBJECT) if one not in chosen]
        chosen += [one for one in _against(chosen, own) if one not in chosen]
    rest = [one for one in every if one not in chosen and not one.subject]
    return chosen if len(chosen) > PER_SUBJECT or ask.names else chosen + _by_page(rest)[: IN_ALL - len(chosen)]


def _varied(own: list[Candidate], count: int) -> list[Candidate]:
    """The best first, at most one for each aspect, then those without a figure."""
    seen: set[str] = set()
    picked: list[Candidate] = []
    for one in own:
        aspects = {reading.aspect for reading in one.readings if reading.subject == one.subject}
        if aspects and not aspects <= seen:
            picked.append(one)
            seen |= aspects
    plain = [one for one in own if not one.readings and one.score >= 2]
    return (picked + plain[: max(1, count - len(picked))])[:count]


def _against(chosen: list[Candidate], own: list[Candidate]) -> list[Candidate]:
    """Sentences of other sources that give another figure for the same thing."""
    return [
        other
        for other in own
        for one in chosen
        if other.page is not one.page
        and any(
            subjects.same_matter(a, b) and subjects.differ(a.figure, b.figure)
            for a in one.readings
            for b in other.readings
        )
    ]


def _impersonal(every: list[Candidate], pages: Sequence[Page]) -> list[Candidate]:
    """Sentences about the matter itself weigh more than those about one of the firms in it."""
    firms = subjects.leading(pages)[0]
    return [replace(one, score=one.score - 3 * bool(firms.named_in(f"{one.text} {one.page.title}"))) for one in every]


def _by_page(every: list[Candidate]) -> list[Candidate]:
    """The best sentences, not too many of one page, those of one page together."""
    picked: list[Candidate] = []
    for one in sorted(every, key=lambda one: -one.score):
        same = sum(other.page is one.page for other in picked)
        telling = one.score >= 1 and (language.has_figure(one.text) or one.score >= 4)
        if telling and same < PER_PAGE and len(picked) < IN_ALL:
            picked.append(one)
    order = list(dict.fromkeys(one.page.snapshot for one in picked))
    return sorted(picked, key=lambda one: order.index(one.page.snapshot))


def _is_key(one: Candidate, cast: Cast) -> bool:
    """The result hangs on the figures of the main subjects; without subjects, on the best figures."""
    if cast.names:
        return bool(one.readings) and one.subject in cast.names
    return one.score >= 4 and language.has_figure(one.text)


def _disagreeing(found: Sequence[Finding]) -> list[tuple[str, str]]:
    return [
        (one.id, other.id)
        for place, one in enumerate(found)
        for other in found[place + 1 :]
        if one.source != other.source
        and any(
            subjects.same_matter(a, b) and subjects.differ(a.figure, b.figure)
            for a in one.readings
            for b in other.readings
        )
    ]


def hand_over(ask: Ask, result: Gathered) -> HandOver:
    """The findings as sections, one for each subject or source, with what stayed open."""
    found = result.pool.findings
    title = language.cut(ask.brief.title, 150)
    if not found:
        thing = language.without_digits(ask.topic)
        head = language.without_digits(title) or "Findings"
        text = f"# {head}\n\nNothing was found on {thing}. It is unknown, and no claim is made."
        return HandOver(title=title, note=f"{NOTICE} Nothing was found.", text=text, open_points=_nothing(ask, result))
    body = "\n\n".join(
        [f"# {language.without_digits(title) or 'Findings'}", *_opening(ask, result), *_sections(ask, result)]
    )
    claims = [one.claim for one in found if one.claim]
    sources = len({one.source for one in found})
    note = f"{NOTICE} {language.counted(len(claims), 'claim').capitalize()} from {language.counted(sources, 'source')}."
    return HandOver(title=title, note=note, text=body, claims=claims, open_points=open_points(ask, result))


def _opening(ask: Ask, result: Gathered) -> list[str]:
    names = result.pool.cast.names[: ask.count or 4]
    if not names:
        return []
    if result.ranking.by:
        by = result.ranking.by.lower()
        return [f"In the order of {by}, as one source states it for all of them: {language.listing(names)}."]
    return [f"What was found about {language.listing(names)}."]


def _sections(ask: Ask, result: Gathered) -> list[str]:
    pool, parts, shown = result.pool, [], set[str]()
    disputed = {id for pair in result.pairs for id in pair}
    findings = [replace(one, status="contested") if one.id in disputed else one for one in pool.findings]
    for name in pool.cast.names:
        own = [one for one in findings if one.subjects[:1] == (name,) and one.id not in shown]
        shown |= {one.id for one in own}
        if own:
            parts.append(_section(name, own))
    rest = [one for one in findings if one.id not in shown]
    if pool.cast.names:
        return parts + ([_section("Around them", rest)] if rest else [])
    return [
        _section(passages.heading(source), [one for one in rest if one.source == source])
        for source in dict.fromkeys(one.source for one in rest)
    ]


def _section(title: str, own: Sequence[Finding]) -> str:
    return "\n".join([f"## {title}", "", *(f"- {one.marked()}" for one in own)])


def open_points(ask: Ask, result: Gathered) -> list[str]:
    """Disagreements, what was asked for and not found, pages that speak to machines."""
    points = [f"The sources disagree: see [{one}] and [{other}]." for one, other in result.pairs]
    every = " ".join(_said(one) for one in result.pool.findings)
    missing = [matter for matter in ask.look_for if not language.overlap(language.terms(matter), every)]
    points += [f"Not found: {matter}." for matter in missing]
    absent = [name for name in ask.names if name not in every]
    points += [f"Nothing was found about {name}." for name in absent]
    return [*points, *_warnings(result)]


def _said(one: Finding) -> str:
    """Text, source and what is measured, with the words it goes by."""
    known = {aspect.label: aspect.stems for aspect in subjects.ASPECTS}
    labels = [reading.aspect for reading in one.readings]
    return " ".join(
        [one.text, one.source, *labels, *(s for label in labels for s in known.get(label.split(" per ")[0], ()))]
    )


def _nothing(ask: Ask, result: Gathered) -> list[str]:
    return [f"Nothing found on {ask.topic} in the library or anywhere else that could be read.", *_warnings(result)]


def _warnings(result: Gathered) -> list[str]:
    return [
        f"“{page.title}” holds words addressed to AI readers; nothing was taken from it and nothing in it was followed."
        for page in result.pages
        if to_machines(page)
    ]
