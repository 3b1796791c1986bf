"""The sceptic by rules: searches where it can, looks for what contradicts a claim, then for what confirms it."""

import re
from dataclasses import dataclass

from agents.contracts import DoubtDraft, Doubted, DoubtsDraft, ScepticBrief, Window
from bot.local.rehearsal import language, reading, subjects
from bot.local.rehearsal.answers import Answer, Call
from bot.local.rehearsal.reading import Exchange
from bot.local.rehearsal.subjects import Cast, Reading

CONFIRMS = 0.7  # share of the claim's words that the confirming sentence holds


@dataclass(frozen=True)
class Passage:
    """A sentence of a window."""

    window: Window
    quote: str
    readings: tuple[Reading, ...]


SEARCHES, READS = 3, 3  # of one batch


def answer(exchange: Exchange) -> Answer:
    """Searches and readings while there is something to look up, else one finding for every claim."""
    brief = exchange.of(ScepticBrief)
    if calls := _next_calls(exchange, brief):
        return Answer(calls=tuple(calls if exchange.together else calls[:1]))
    return Answer(findings(_with_own(brief, exchange)).model_dump_json())


def _next_calls(exchange: Exchange, brief: ScepticBrief) -> list[Call]:
    """For the claims with a figure: what else there is on the matter, then the pages that no window shows."""
    if not {"search", "read"} <= set(exchange.tools):
        return []
    queries = list(dict.fromkeys(_query(one) for one in brief.claims if language.has_figure(one.text)))[:SEARCHES]
    searches = [Call("search", reading.arguments(exchange.tools["search"], query=one, limit=5)) for one in queries]
    missing = [call for call in searches if exchange.result("search", query=call.arguments["query"]) is None]
    if missing:
        return missing
    known = {window.source for one in brief.claims for window in one.windows}
    results = [exchange.result("search", query=one) or "" for one in queries]
    hits = [hit.source for result in results for hit in reading.hits(result) if hit.source not in known]
    reads = [Call("read", reading.arguments(exchange.tools["read"], source=one)) for one in dict.fromkeys(hits)]
    return [c for c in reads[:READS] if exchange.result("read", source=c.arguments["source"]) is None]


def _query(claim: Doubted) -> str:
    """The claim's words without its figures: what others say about the same."""
    said = [word for word in language.words(claim.text) if word.lower() not in language.STOP and not word[0].isdigit()]
    return " ".join(dict.fromkeys(said[:8]))


def _with_own(brief: ScepticBrief, exchange: Exchange) -> ScepticBrief:
    """The brief with what the sceptic read itself as further windows of every claim."""
    own = [
        Window(snapshot=page.snapshot, title=page.title, source=page.source, published=page.published, text=page.text)
        for page in exchange.pages()
    ]
    return brief.model_copy(
        update={"claims": [one.model_copy(update={"windows": [*one.windows, *own]}) for one in brief.claims]}
    )


def findings(brief: ScepticBrief) -> DoubtsDraft:
    """One finding for every claim."""
    titles = [window.title for claim in brief.claims for window in claim.windows]
    texts = [window.text for claim in brief.claims for window in claim.windows]
    cast = subjects.cast(
        [*dict.fromkeys(texts), *(claim.text for claim in brief.claims)], dict.fromkeys(titles), sure=False
    )
    return DoubtsDraft(findings=[_finding(claim, cast) for claim in brief.claims])


def _finding(claim: Doubted, cast: Cast) -> DoubtDraft:
    passages = [passage for window in claim.windows for passage in _passages(window, cast)]
    support = _support(claim, passages)
    against = _against(claim, cast, passages, support)
    if against:
        reason = f"Another source gives another figure for the same thing: {language.cut(against.window.title, 200)}."
        return DoubtDraft(
            claim=claim.id, answer="refuted", snapshot=against.window.snapshot, quote=against.quote, reason=reason
        )
    if support:
        return DoubtDraft(
            claim=claim.id,
            answer="supported",
            snapshot=support.window.snapshot,
            quote=support.quote,
            reason="The sentence says so.",
        )
    return DoubtDraft(claim=claim.id, answer="not_in_source", reason="No sentence in the windows says this.")


def _passages(window: Window, cast: Cast) -> list[Passage]:
    """Whole sentences: a window may begin in the middle of one."""
    main, quotes = cast.subject_of(window.title), language.sentences(window.text)
    quotes = quotes if re.match(r"\s*[#*\-“\"A-Z]", window.text) else quotes[1:]
    return [Passage(window, quote, tuple(subjects.readings(quote, cast, main))) for quote in quotes]


def _support(claim: Doubted, passages: list[Passage]) -> Passage | None:
    """The nearest sentence that holds every figure of the claim, most of its words and the same number of denials."""
    wanted, bare = language.terms(claim.text), _unlabelled(claim.text)
    figures = {figure.written for figure in language.figures(claim.text)}
    fitting = [
        (
            max(language.overlap(one, f"{passage.window.title} {passage.quote}") for one in (wanted, bare)),
            place,
            passage,
        )
        for place, passage in enumerate(passages)
        if figures <= {figure.written for figure in language.figures(passage.quote)}
        and subjects.denied(claim.text) == subjects.denied(passage.quote)
    ]
    best = max(fitting, key=lambda one: (one[0], -one[1]), default=None)
    return best[2] if best and best[0] >= CONFIRMS else None


def _unlabelled(text: str) -> list[str]:
    """The words behind a label such as `Refunds: ...`; none when little would be left to compare."""
    label, _, said = text.partition(": ")
    words = language.terms(said)
    return words if len(label.split()) <= 6 and len(words) > 2 else []


def _against(claim: Doubted, cast: Cast, passages: list[Passage], support: Passage | None) -> Passage | None:
    """A sentence of another source with another figure for the same thing of the same subject."""
    main = cast.subject_of(support.window.title) if support else ""
    own = subjects.readings(claim.text, cast, main)
    home = support.window.snapshot if support else ""
    for passage in passages:
        if passage.window.snapshot == home:
            continue
        for one in own:
            same = [other for other in passage.readings if subjects.same_matter(one, other)]
            if same and all(subjects.differ(one.figure, other.figure) for other in same):
                return passage
    return None
