"""The whole benchmark: every arm over all cases, quotes, and natural claims beside the planted ones."""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from agents.ports import Model
from bot.bench import alone, natural, quotes, stage, surface
from bot.bench.cases import Case
from bot.bench.measures import Measures
from bot.bench.natural import Judged, Rule
from bot.bench.outcome import Outcome
from bot.bench.quotes import Page, Tried
from bot.bench.sceptics import ALARMS, RECALLS, Assumed
from bot.cli import set_level

CHUNK = 40  # cases that one process plays in one go

SURFACE: tuple[tuple[str, Callable[[Case], Outcome]], ...] = (
    ("A0 nobody looks", surface.nobody),
    ("A1 final text", surface.critic),
    ("A2 final text, links", surface.links),
)
ALONE, DEPARTMENT, REAL = "B ledger alone", "B department", "C real"


@dataclass(frozen=True)
class Asked:
    """What is to be measured."""

    cases: Sequence[Case]
    seed: int = 1
    ledger_only: bool = False
    jobs: int = 1  # processes that play cases
    natural: Path | None = None  # folder with the natural claims
    sceptic: str = ""  # name of a real sceptic's model
    model: Model | None = None  # the server that has it


@dataclass(frozen=True)
class Found:
    """What was measured. Everything but `seconds` and times in the measures is the same for the same cases."""

    asked: Asked
    surface: list[Measures]
    alone: Measures
    department: Measures | None = None
    assumed: list[Measures] = field(default_factory=list[Measures])
    real: Measures | None = None
    quotes: list[Tried] = field(default_factory=list[Tried])
    natural_quotes: list[Tried] = field(default_factory=list[Tried])
    digits: list[Rule] = field(default_factory=list[Rule])
    together: list[Rule] = field(default_factory=list[Rule])
    seconds: dict[str, float] = field(default_factory=dict[str, float])

    @property
    def ledger(self) -> Measures:
        """The arm with a ledger and no sceptic, by the department where that was played."""
        return self.department or self.alone

    @property
    def arms(self) -> list[Measures]:
        """All, in the order in which they are told."""
        more = [self.department, *self.assumed, self.real]
        return [*self.surface, self.alone, *(one for one in more if one)]

    @property
    def disagreements(self) -> list[str]:
        """Claims that the department shows in another way than the ledger alone finds."""
        if self.department is None:
            return []
        pairs = zip(self.asked.cases, self.alone.outcomes, self.department.outcomes, strict=True)
        return [
            f"{case.case_id} {claim}"
            for case, one, other in pairs
            for claim, standing in other.standings.items()
            if standing.sure is not one.standings[claim].sure
        ]


async def study(asked: Asked, told: Callable[[str], None] = lambda _: None) -> Found:
    """Every measure that was asked for. `told` hears what is being done. Raises BadCases for bad natural claims."""
    judged = natural.load(asked.natural) if asked.natural else []
    cases, watch = asked.cases, Watch(told)
    with watch("the ledger alone"):
        examined = [alone.examine(case) for case in cases]
    arms = {} if asked.ledger_only else await _department(asked, watch)
    with watch("quotes"):
        of_cases = quotes.table(quotes.of_cases(cases), asked.seed)
        of_pages = quotes.table(_pages(judged), asked.seed)
    with watch("natural claims"):
        digits, together = (natural.digits(judged), natural.together(judged)) if judged else ([], [])
    return Found(
        asked=asked,
        surface=[Measures(name, cases, [arm(case) for case in cases]) for name, arm in SURFACE],
        alone=Measures(ALONE, cases, examined),
        department=arms.pop(DEPARTMENT, None),
        real=arms.pop(REAL, None),
        assumed=list(arms.values()),
        quotes=of_cases,
        natural_quotes=of_pages,
        digits=digits,
        together=together,
        seconds=watch.seconds,
    )


@dataclass(frozen=True)
class Watch:
    """Says what is begun and remembers how long it took."""

    told: Callable[[str], None]
    seconds: dict[str, float] = field(default_factory=dict[str, float])

    @contextmanager
    def __call__(self, what: str) -> Iterator[None]:
        self.told(what)
        began = time.perf_counter()
        yield
        self.seconds[what] = time.perf_counter() - began


async def _department(asked: Asked, watch: Watch) -> dict[str, Measures]:
    """The arms that the whole department plays, by name."""
    assumed = [Assumed(recall, alarm, asked.seed) for recall in RECALLS for alarm in ALARMS]
    settings: dict[str, Assumed | None] = {DEPARTMENT: None} | {one.name: one for one in assumed}
    with watch("the department, with and without a sceptic"):
        played = await _under_each(asked.cases, settings, asked.jobs)
    arms = {name: Measures(name, asked.cases, outcomes) for name, outcomes in played.items()}
    if asked.model is not None:
        with watch("the department with a real sceptic"):
            outcomes = await stage.play_all([(case, asked.model) for case in asked.cases], model=asked.sceptic)
        arms[REAL] = Measures(f"C {asked.sceptic}", asked.cases, outcomes)
    return arms


async def _under_each(
    cases: Sequence[Case], settings: Mapping[str, Assumed | None], jobs: int
) -> dict[str, list[Outcome]]:
    """All cases under each setting. A case that two settings doubt in the same way is played once."""

    def key(place: int, setting: Assumed | None) -> tuple[int, frozenset[str] | None]:
        return place, setting.doubts(cases[place]) if setting else None

    parts = {key(place, one): (cases[place], one) for one in settings.values() for place in range(len(cases))}
    outcomes = dict(zip(parts, await played(list(parts.values()), jobs), strict=True))
    return {name: [outcomes[key(place, one)] for place in range(len(cases))] for name, one in settings.items()}


async def played(parts: Sequence[tuple[Case, Assumed | None]], jobs: int) -> list[Outcome]:
    """What becomes of each, in several processes where there is more than one to have."""
    if jobs <= 1:
        return await stage.play_all(parts)
    chunks = [list(parts[start : start + CHUNK]) for start in range(0, len(parts), CHUNK)]
    loop = asyncio.get_running_loop()
    # Spawned, not forked: this process has threads and an event loop.
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        done = await asyncio.gather(*(loop.run_in_executor(pool, play, chunk) for chunk in chunks))
    return list(chain.from_iterable(done))


def play(parts: Sequence[tuple[Case, Assumed | None]]) -> list[Outcome]:
    """Some of the cases, in a process of its own, whose log would get into the report."""
    set_level("warning")
    return asyncio.run(stage.play_all(parts))


def _pages(judged: Sequence[Judged]) -> list[Page]:
    """The pages that are prose, each once, with the claims about it."""
    about: dict[str, list[str]] = {}
    for one in judged:
        if one.set != natural.ATTRIBUTION:  # cut into passages already
            about.setdefault(one.page, []).append(one.claim)
    return [Page(page, tuple(claims)) for page, claims in about.items()]
