"""Looks things up in stages, each following from the last: search, read, search by name, read those too."""

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from bot.local.rehearsal import language, reading, subjects, wording
from bot.local.rehearsal.answers import Call
from bot.local.rehearsal.asks import Ask
from bot.local.rehearsal.reading import Exchange, Page, Use

FIRST_SEARCHES, FIRST_READS = 6, 6
MORE_SEARCHES, MORE_READS = 3, 8
WIDE_SEARCHES, WIDE_READS = 4, 6
FEW = 4  # pages on the matter; with fewer the search is widened
HITS = 8


def next_calls(exchange: Exchange, ask: Ask) -> list[Call]:
    """The tool calls to make now; empty when all is gathered. Made calls are known by their arguments."""
    for stage in (_first, _reads, _at_hand, _by_name, _more_reads, _wide, _wide_reads, _rest_of_pages):
        missing = [call for call in stage(exchange, ask) if _usable(exchange, call) and not _made(exchange, call)]
        if missing:
            return missing if exchange.together else missing[:1]
    return []


def relevant(pages: Sequence[Page], ask: Ask) -> list[Page]:
    """Pages on the matter: a search by words also brings what only shares a common word.

    Where firms are compared, a page that names one of them is on the matter as well.
    """
    fitting = [page for page in pages if _on_topic(page, ask)]
    if ask.names or not ask.compares:
        return fitting
    cast = subjects.leading(fitting)[0]
    return [page for page in pages if page in fitting or cast.named_in(f"{page.title}\n{page.text}")]


def _on_topic(page: Page, ask: Ask) -> bool:
    text = f"{page.title}\n{page.text}"
    if any(name in text for name in ask.names):
        return True
    if page.source in ask.brief.files or (not page.source.startswith("http") and _asked_file(page, ask)):
        return True
    if language.overlap(language.terms(ask.topic), text) >= 0.4:
        return True
    return any(language.overlap(language.terms(matter), page.title) > 0.6 for matter in ask.look_for)


def _asked_file(page: Page, ask: Ask) -> bool:
    """A file or the thread that the mission came with is always on the matter."""
    return any(file.split()[0] in page.source or file in page.title for file in ask.brief.files if file) or bool(
        page.source and "slack" in page.source
    )


def _usable(exchange: Exchange, call: Call) -> bool:
    return call.name in exchange.tools


def _made(exchange: Exchange, call: Call) -> bool:
    return (
        exchange.result(
            call.name, **{k: v for k, v in call.arguments.items() if k in ("query", "source", "file", "part")}
        )
        is not None
    )


def _call(exchange: Exchange, name: str, **wanted: Any) -> Call:
    return Call(name, reading.arguments(exchange.tools.get(name, {}), **wanted))


def _first(exchange: Exchange, ask: Ask) -> list[Call]:
    calls = [_call(exchange, "read_file", file=file.split()[0]) for file in ask.brief.files[:4]]
    if "thread" in f"{ask.brief.mission} {ask.brief.brief}".lower():
        calls.append(_call(exchange, "read_thread"))
    return calls + [_call(exchange, "search", query=query, limit=HITS) for query in queries(ask)]


def queries(ask: Ask) -> list[str]:
    """The topic alone, then with each matter to look for."""
    topic, head = " ".join(language.words(ask.topic)[:6]), " ".join(language.words(ask.topic)[-2:])
    named = [name for name in ask.names if name.lower() not in topic.lower()]
    matters = [matter for matter in ask.look_for if matter.lower() not in topic.lower()]
    found = [topic, *named, *(f"{head} {matter}" for matter in matters)]
    if len(found) < 2:
        title = " ".join(word for word in language.words(ask.brief.title) if word.lower() not in language.STOP)
        found += [title] if title.lower() != topic.lower() else []
    return [query for query in dict.fromkeys(found) if query.strip()][:FIRST_SEARCHES]


def _reads(exchange: Exchange, ask: Ask) -> list[Call]:
    made = [exchange.result("search", query=query) for query in queries(ask)]
    best = _in_turn([result for result in made if result is not None])
    return [_call(exchange, "read", source=source) for source in best[:FIRST_READS]]


def _in_turn(results: Sequence[str]) -> list[str]:
    """Sources of several lists: the first of each, then the second of each. Every question gets its best answer."""
    lists = [[hit.source for hit in reading.hits(result)] for result in results]
    return list(dict.fromkeys(source for row in zip_longest(*lists) for source in row if source))


def _at_hand(exchange: Exchange, ask: Ask) -> list[Call]:
    """All of a small library that the searches have not brought yet."""
    known = {page.title for page in reading.pages(_first_pages(exchange, ask))}
    return [_call(exchange, "read", source=title) for title in ask.at_hand if title not in known]


def _wide(exchange: Exchange, ask: Ask) -> list[Call]:
    """Every content word of mission and task, together and alone, where the first searches brought little."""
    if ask.compares or ask.at_hand or len(relevant(reading.pages(_first_pages(exchange, ask)), ask)) >= FEW:
        return []
    asked = f"{ask.brief.title} {ask.brief.brief.splitlines()[0] if ask.brief.brief else ''} {ask.brief.mission}"
    said = [word.lower() for word in language.words(asked) if wording.root(word) in ask.wanted]
    words = list(dict.fromkeys(said))
    alone = sorted(words, key=lambda word: -len(word))[: WIDE_SEARCHES - 1]
    found = [" ".join(words[:16]), *alone] if words else ["the"] if ask.is_open else []
    return [_call(exchange, "search", query=query, limit=HITS) for query in dict.fromkeys(found)]


def _wide_reads(exchange: Exchange, ask: Ask) -> list[Call]:
    made = [exchange.result("search", query=call.arguments["query"]) for call in _wide(exchange, ask)]
    before = [*_reads(exchange, ask), *_more_reads(exchange, ask)]
    known = {call.arguments.get("source") for call in before}
    new = [source for source in _in_turn([result for result in made if result is not None]) if source not in known]
    return [_call(exchange, "read", source=source) for source in new[:WIDE_READS]]


def _by_name(exchange: Exchange, ask: Ask) -> list[Call]:
    first = _first_pages(exchange, ask)
    found = relevant(reading.pages(first), ask)
    names = ask.names or (subjects.leading(found)[0].names if ask.compares else ())
    asked = names[: min(ask.count or MORE_SEARCHES, MORE_SEARCHES)]
    return [_call(exchange, "search", query=name, limit=HITS) for name in asked]


def _first_pages(exchange: Exchange, ask: Ask) -> list[Use]:
    """What was read in the first stage; later reading must not change what the second stage asks."""
    wanted = {call.arguments.get("source") for call in _reads(exchange, ask)}
    files = exchange.used("read_file", "read_thread")
    return files + [use for use in exchange.used("read") if use.arguments.get("source") in wanted]


def _more_reads(exchange: Exchange, ask: Ask) -> list[Call]:
    made = [exchange.result("search", query=call.arguments["query"]) for call in _by_name(exchange, ask)]
    known = {call.arguments.get("source") for call in _reads(exchange, ask)}
    new = [source for source in _in_turn([result for result in made if result is not None]) if source not in known]
    return [_call(exchange, "read", source=source) for source in new[:MORE_READS]]


def _rest_of_pages(exchange: Exchange, ask: Ask) -> list[Call]:
    """The second part of long sources."""
    calls = []
    for use in exchange.used("read", "read_file"):
        part = reading.next_part(use.result)
        key = "source" if use.name == "read" else "file"
        if part == 2 and key in use.arguments:
            calls.append(_call(exchange, use.name, **{key: use.arguments[key], "part": part}))
    return calls[:2]
