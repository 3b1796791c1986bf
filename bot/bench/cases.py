"""Cases: one mission each, with its sources, its agents, what they claim and which of it is false."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

V1 = (
    "fabricated_source",
    "fabricated_quote",
    "misquoted_number",
    "misattributed_entity",
    "wrong_date",
    "stale_source",
    "unsupported_inference",
    "inherited_without_source",
    "laundered_rephrase",
    "contradiction",
    "injected_page",
    "echo_sources",
    "false_code_result",
    "negation_flip",
)
Id = Annotated[str, Field(min_length=1, max_length=80)]


class BadCases(Exception):
    """A file of cases cannot be used; the message says which, where and why in one sentence."""


class _Part(BaseModel):
    """Unlike the words of models, a case may say more than we read: files of this format carry notes of their own."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Source(_Part):
    """A page, file or run as a tool captured it."""

    source_id: Id
    text: str
    url: str = ""
    title: str = ""
    published: str | None = None
    captured_by: str = ""


class Agent(_Part):
    """Who claims. One agent is one task."""

    id: Id
    depends_on: tuple[Id, ...] = ()


class Quote(_Part):
    """What an agent cites. A source that does not exist is a fault that a case may hold."""

    source_id: Id
    quote: str


class CaseClaim(_Part):
    """One sentence of an agent. Whether it is key is for the sceptic, who reads all key claims; here all are."""

    claim_id: Id
    agent: Id
    text: Annotated[str, Field(min_length=1)]
    kind: Literal["fact", "inference", "opinion", "computed", "run"] = "fact"
    key: bool = True
    citations: tuple[Quote, ...] = ()
    derived_from: tuple[Id, ...] = ()
    expression: str = ""
    trap: str = ""  # of a true claim: what in it looks like a fault


class Fault(_Part):
    """A planted falsehood: where it enters, who carries it on, and what is true."""

    type: Id
    origin: Id
    carriers: tuple[Id, ...] = ()
    truth: str = ""


class Case(_Part):
    """One mission."""

    case_id: Id
    # Pydantic would take a number for a date as well, in seconds since 1970.
    as_of: Annotated[date, BeforeValidator(lambda value: date.fromisoformat(str(value)))]
    sources: tuple[Source, ...]
    agents: Annotated[tuple[Agent, ...], Field(min_length=1)]
    claims: tuple[CaseClaim, ...]
    faults: tuple[Fault, ...] = ()
    question: str = ""
    max_age_days: Annotated[int, Field(gt=0)] = 730

    @property
    def false(self) -> dict[str, str]:
        """The type of fault of each false claim: origins and carriers alike."""
        return {id: fault.type for fault in self.faults for id in (fault.origin, *fault.carriers)}

    def order(self) -> tuple[str, ...]:
        """The agents, each after those it builds on; where that leaves a choice, as the case lists them."""
        sorter = TopologicalSorter({agent.id: agent.depends_on for agent in self.agents})
        sorter.prepare()
        rank = {agent.id: place for place, agent in enumerate(self.agents)}
        found: list[str] = []
        while sorter.is_active():
            ready = sorted(sorter.get_ready(), key=rank.__getitem__)
            found += ready
            sorter.done(*ready)
        return tuple(found)

    def of(self, agent: str) -> list[CaseClaim]:
        """What an agent claims, in order."""
        return [claim for claim in self.claims if claim.agent == agent]

    def upstream(self, agent: str) -> frozenset[str]:
        """All agents that this one builds on, directly or not."""
        needs = {one.id: one.depends_on for one in self.agents}
        found, queue = set[str](), list(needs[agent])
        while queue:
            if (id := queue.pop()) not in found:
                found.add(id)
                queue += needs[id]
        return frozenset(found)


def load(paths: Iterable[Path]) -> list[Case]:
    """The cases of all files, in order. Raises BadCases at the first line that is none."""
    return [case for path in paths for case in _of(path)]


def _of(path: Path) -> Iterator[Case]:
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise BadCases(f"{path} cannot be read: {error.strerror or 'unknown reason'}.") from None
    if not any(line.strip() for line in lines):
        raise BadCases(f"{path} holds no cases; it should hold one JSON object a line.")
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _read(f"{path}, line {number}", line)


def _read(where: str, line: bytes) -> Case:
    try:
        case = Case.model_validate_json(line)
    except ValidationError as error:
        raise BadCases(f"{where} is not a case: {_why(error)}.") from None
    if wrong := _unknown(case) or _circle(case):
        raise BadCases(f"{where} is not a case: {wrong}.")
    return case


def _why(error: ValidationError) -> str:
    first = error.errors()[0]
    place = ".".join(map(str, first["loc"]))
    said = " ".join(first["msg"].split()).rstrip(".")[:160]
    return f"{place}: {said}" if place else said


def _unknown(case: Case) -> str:
    """The first name that is used twice or stands for nothing."""
    agents, claims = [one.id for one in case.agents], [one.claim_id for one in case.claims]
    for kind, ids in (("agent", agents), ("claim", claims), ("source", [one.source_id for one in case.sources])):
        if twice := _twice(ids):
            return f"the {kind} {twice} is there twice"
    used = [
        *(("agent", id, agents) for one in case.agents for id in one.depends_on),
        *(("agent", one.agent, agents) for one in case.claims),
        *(("claim", id, claims) for one in case.claims for id in one.derived_from),
        *(("claim", id, claims) for one in case.faults for id in (one.origin, *one.carriers)),
    ]
    return next((f"there is no {kind} {id}" for kind, id, known in used if id not in known), "")


def _twice(ids: Sequence[str]) -> str:
    return next((id for place, id in enumerate(ids) if id in ids[:place]), "")


def _circle(case: Case) -> str:
    try:
        case.order()
    except CycleError as error:
        return f"the agents wait for each other in a circle: {' -> '.join(error.args[1])}"
    return ""
