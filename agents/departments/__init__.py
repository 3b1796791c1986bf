"""Departments as data: one TOML file each. The ready ones lie beside this file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from agents.domain import authority
from agents.domain.authority import Checkpoint, GateKind, Policy
from agents.domain.department import Department, Limits, Repeat, Specialist
from agents.domain.money import Limit, OnShortage, Terms
from agents.domain.waiting import Outcome, Patience
from agents.timing import cron

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
# Slack user ids begin with U or W; @S... is a user group.
Approver = Annotated[str, Field(pattern=r"^(requester|[UW][A-Z0-9]{4,}|@S[A-Z0-9]{4,})$")]
Usd = Annotated[Decimal, Field(gt=0, max_digits=15, decimal_places=6)]
Role = Literal["planner", "specialist", "critic", "sceptic", "manager"]


class DepartmentError(Exception):
    """A department file cannot be used; the message says which and why, in one sentence."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Limits(_Part):
    turns: int = Field(default=12, ge=2, le=60)
    calls: int = Field(default=24, ge=1, le=200)
    output_tokens: int = Field(default=4000, ge=200)


class _Specialist(_Part):
    id: Name
    title: str = Field(min_length=1, max_length=60)
    icon: str = Field(pattern=r"^:[a-z0-9_+'-]+:$")
    charter: str = Field(min_length=1, max_length=2000)
    tools: list[str] = Field(default_factory=list[str])
    model: str | None = None
    limits: _Limits = _Limits()
    reviewer: Name | None = None


class _Policy(_Part):
    """Who may answer: `[policy.result] who = ["@S012ABC"], needed = 2, requester = "never"`."""

    who: list[Approver]
    needed: int = Field(default=1, ge=1, le=20)
    requester: Literal["counts", "not_alone", "never"] = "counts"


class _Checkpoint(_Policy):
    """`[[checkpoint]] name = "Legal", before = "writer", who = [...]`; before a specialist or a kind of output."""

    name: str = Field(min_length=1, max_length=60, pattern=r"^[^:|@\n]+$")
    before: Name


Span = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,3}(m|h|d)$")]  # 30m, 4h, 14d
Next = Annotated[str, Field(pattern=r"^[UWCG][A-Z0-9]{4,}$")]  # a person or a channel


class _Waiting(_Part):
    remind_after: Span = "4h"
    escalate_after: Span = "1d"
    expire_after: Span = "14d"
    outcome: Outcome = "hold"
    escalate_to: list[Next] = Field(default_factory=list[str])
    hours: tuple[int, int] = (9, 18)

    def patience(self) -> Patience:
        """The same as the domain knows it."""
        remind, escalate, expire = map(_span, (self.remind_after, self.escalate_after, self.expire_after))
        return Patience(remind, escalate, expire, self.outcome, tuple(self.escalate_to), self.hours)

    @model_validator(mode="after")
    def _in_order(self) -> _Waiting:
        if not _span(self.remind_after) < _span(self.escalate_after) < _span(self.expire_after):
            raise ValueError("remind_after, escalate_after and expire_after must follow each other")
        if not 0 <= self.hours[0] < self.hours[1] <= 24:
            raise ValueError("hours must be two full hours of a day, the first before the second")
        return self


def _span(text: str) -> timedelta:
    return timedelta(minutes=int(text[:-1]) * {"m": 1, "h": 60, "d": 1440}[text[-1]])


class _Repeat(_Part):
    text: str = Field(min_length=1, max_length=2000)
    cron: str

    @field_validator("cron")
    @classmethod
    def _sound(cls, value: str) -> str:
        return cron.check(value)


class _File(_Part):
    id: Name
    title: str = Field(min_length=1, max_length=60)
    purpose: str = Field(min_length=1, max_length=400)
    words: list[str] = Field(default_factory=list[str])
    approvers: list[Approver] = Field(min_length=1)
    parallel: int = Field(default=4, ge=1, le=32)
    rework_rounds: int = Field(default=2, ge=0, le=5)
    max_tasks: int = Field(default=12, ge=1, le=40)
    max_calls: int = Field(default=300, ge=5)
    budget_usd: Usd | None = None  # for one mission
    budget_tokens: int | None = Field(default=None, gt=0)  # the same for models without a price
    monthly_usd: Usd | None = None
    task_usd: Usd | None = None
    on_shortage: OnShortage = "partial"
    cheaper: dict[str, str] = Field(default_factory=dict[str, str])
    sceptic: bool = True
    sceptic_tools: list[str] | None = None  # None: search and read, where they are installed
    source_days: int = Field(default=730, ge=1, le=36500)
    models: dict[Role, str] = Field(default_factory=dict[Role, str])
    policy: dict[GateKind, _Policy] = Field(default_factory=dict[GateKind, _Policy])
    checkpoint: list[_Checkpoint] = Field(default_factory=list[_Checkpoint])
    specialist: list[_Specialist] = Field(min_length=1)
    waiting: _Waiting = Field(default_factory=_Waiting)
    repeat: list[_Repeat] = Field(default_factory=list[_Repeat], max_length=10)


class DepartmentFiles:
    """All departments of this installation, read once."""

    def __init__(self, departments: Mapping[str, Department], default: str = "general") -> None:
        self._all = dict(departments)
        self._default = default

    @classmethod
    def load(cls, folder: Path | None = None, tools: frozenset[str] | None = None) -> DepartmentFiles:
        """The ready departments and those of `folder`, which win by id. Raises DepartmentError."""
        ready = [path for path in resources.files("agents.departments").iterdir() if path.name.endswith(".toml")]
        texts = {path.name: path.read_text("utf-8") for path in ready}
        found = dict(_read(texts, tools))
        if folder is not None:
            found |= _read(_texts(folder), tools)
        return cls(found)

    @property
    def all(self) -> tuple[Department, ...]:
        return tuple(self._all.values())

    def get(self, id: str) -> Department:
        """The department of that id, or the general one if it no longer exists."""
        return self._all.get(id, self._all[self._default])

    def choose(self, text: str) -> Department:
        """The department with the most of its words in the text; the general one when no other has two of them."""
        said = set(re.findall(r"[a-z]+", text.casefold()))
        best = max(self._all.values(), key=lambda d: len(said.intersection(d.words)))
        return best if len(said.intersection(best.words)) >= 2 else self._all[self._default]


def _texts(folder: Path) -> dict[str, str]:
    if not folder.is_dir():
        raise DepartmentError(f"The departments folder {folder} is not there: correct BATON_DEPARTMENTS.")
    try:
        return {path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.toml"))}
    except OSError as error:
        raise DepartmentError(f"The departments folder {folder} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise DepartmentError(
            f"A file in the departments folder {folder} is not UTF-8 text: {error.reason}."
        ) from error


def _read(texts: Mapping[str, str], tools: frozenset[str] | None) -> Iterable[tuple[str, Department]]:
    names: dict[str, str] = {}
    for name, text in texts.items():
        try:
            file = _File.model_validate(tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise DepartmentError(f"{name} is not valid TOML: {error}.") from error
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise DepartmentError(f"{name}: {where}: {first['msg'].rstrip('.')}.") from error
        if file.id in names:
            raise DepartmentError(f"{name}: the department {file.id} is already in {names[file.id]}.")
        names[file.id] = name
        yield file.id, _department(name, file, tools)


def _department(name: str, file: _File, tools: frozenset[str] | None) -> Department:
    ids = [member.id for member in file.specialist]
    if twice := {id for id in ids if ids.count(id) > 1}:
        raise DepartmentError(f"{name}: the specialist {min(twice)} is there twice.")
    _check_reviewers(name, file)
    used = {tool for member in file.specialist for tool in member.tools} | {*(file.sceptic_tools or ())}
    if tools is not None and (strange := used - tools):
        raise DepartmentError(
            f"{name}: there is no tool named {min(strange)}; the tools are {', '.join(sorted(tools))}."
        )
    return Department(
        id=file.id,
        title=file.title,
        purpose=file.purpose,
        specialists=tuple(_specialist(member) for member in file.specialist),
        models=tuple(cast(dict[str, str], file.models).items()),
        approvers=tuple(file.approvers),
        parallel=file.parallel,
        rework_rounds=file.rework_rounds,
        max_tasks=file.max_tasks,
        max_calls=file.max_calls,
        words=tuple(file.words),
        repeats=tuple(Repeat(one.text, one.cron) for one in file.repeat),
        sceptic=file.sceptic,
        sceptic_tools=_sceptic_tools(name, file, tools),
        source_days=file.source_days,
        patience=file.waiting.patience(),
        policies=tuple((kind, _policy(f"{name}: the policy for {kind}", one)) for kind, one in file.policy.items()),
        checkpoints=_checkpoints(name, file),
        terms=_terms(name, file),
    )


def _terms(name: str, file: _File) -> Terms:
    if file.on_shortage == "cheaper" and not file.cheaper:
        raise DepartmentError(
            f"{name}: on_shortage is cheaper, but [cheaper] names no model that takes another's place."
        )
    return Terms(
        mission=Limit.of(file.budget_usd, file.budget_tokens),
        month=Limit.of(file.monthly_usd),
        task=Limit.of(file.task_usd),
        on_shortage=file.on_shortage,
        cheaper=tuple(file.cheaper.items()),
    )


def _check_reviewers(name: str, file: _File) -> None:
    ids = {member.id for member in file.specialist}
    for member in file.specialist:
        if member.reviewer == member.id:
            raise DepartmentError(f"{name}: {member.id} cannot review its own work: name another member as reviewer.")
        if member.reviewer and member.reviewer not in ids:
            raise DepartmentError(
                f"{name}: {member.id} is reviewed by {member.reviewer}, who is no member; the members are "
                f"{', '.join(sorted(ids))}."
            )


# The sceptic reads; whatever could act or compute stays out of reach of whoever reads hostile pages.
_SCEPTIC_TOOLS = ("search", "read", "read_thread", "read_file")


def _sceptic_tools(name: str, file: _File, tools: frozenset[str] | None) -> tuple[str, ...]:
    wanted = file.sceptic_tools
    if wanted is None:
        return tuple(tool for tool in ("search", "read") if tools is None or tool in tools)
    if strange := sorted(set(wanted) - set(_SCEPTIC_TOOLS)):
        raise DepartmentError(
            f"{name}: the sceptic cannot have the tool {strange[0]}; it only searches and reads: "
            f"{', '.join(_SCEPTIC_TOOLS)}."
        )
    return tuple(wanted)


def _specialist(member: _Specialist) -> Specialist:
    limits = Limits(member.limits.turns, member.limits.calls, member.limits.output_tokens)
    return Specialist(
        member.id,
        member.title,
        member.icon,
        member.charter,
        tuple(member.tools),
        member.model,
        limits,
        member.reviewer,
    )


def _policy(where: str, given: _Policy) -> Policy:
    """Raises DepartmentError for a checkpoint that nobody could ever pass."""
    policy = Policy(tuple(given.who), given.needed, given.requester)
    if not policy.who:
        raise DepartmentError(f"{where}: who is empty, so nobody may answer; name the requester, people or a group.")
    if not authority.possible(policy):
        people = "person" if policy.needed == 1 else "people"
        besides = "" if policy.requester == "counts" else " besides the requester"
        raise DepartmentError(
            f"{where}: it takes {policy.needed} {people}{besides}, but who does not name so many; "
            "name more people or a user group, or lower needed."
        )
    return policy


def _checkpoints(name: str, file: _File) -> tuple[Checkpoint, ...]:
    known = {member.id for member in file.specialist} | {"text", "table", "items"}
    for one in file.checkpoint:
        if one.before not in known:
            raise DepartmentError(
                f"{name}: the checkpoint {one.name} is before {one.before}, which is neither a specialist of the "
                "department nor text, table or items."
            )
    names = [one.name for one in file.checkpoint]
    if twice := {one for one in names if names.count(one) > 1}:
        raise DepartmentError(f"{name}: the checkpoint {min(twice)} is there twice.")
    return tuple(
        Checkpoint(one.name, one.before, _policy(f"{name}: the checkpoint {one.name}", one)) for one in file.checkpoint
    )
