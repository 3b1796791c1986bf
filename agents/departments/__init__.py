"""Departments as data: one TOML file each. The ready ones lie beside this file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from agents.domain.department import Department, Limits, Repeat, Specialist
from agents.timing import cron

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
Approver = Annotated[str, Field(pattern=r"^(requester|[UW][A-Z0-9]{4,})$")]  # Slack user ids begin with U or W
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
    models: dict[Role, str] = Field(default_factory=dict[Role, str])
    specialist: list[_Specialist] = Field(min_length=1)
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
    if tools is not None and (strange := {tool for m in file.specialist for tool in m.tools} - tools):
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
    )


def _specialist(member: _Specialist) -> Specialist:
    limits = Limits(member.limits.turns, member.limits.calls, member.limits.output_tokens)
    return Specialist(member.id, member.title, member.icon, member.charter, tuple(member.tools), member.model, limits)
