"""A tool is a plain annotated function; this describes it to models and checks, bounds and allows its use by code.

The first line of the docstring is the description, the annotations are the parameters, the first parameter is the
`ToolContext`. What a tool works with (a library, a port) is bound by keyword when the program is put together.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import entry_points
from typing import Any, Protocol, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from pydantic.errors import PydanticUserError

from agents.ports import ToolCall, ToolContext, ToolResult, ToolSpec, Unreadable
from agents.tools.captured import capture, fenced, one_line, parts
from agents.tools.faults import ToolFault, ToolsMisconfigured

GROUP = "baton.tools"  # entry points of tools from outside
MAX_OUTSIDE = 2_000_000  # characters that a tool from outside may bring

log = logging.getLogger(__name__)

Function = Callable[..., Awaitable[ToolResult | str]]


class Titled(Protocol):
    """Whatever knows the titles that a planner may count on."""

    async def titles(self) -> Sequence[str]: ...


@dataclass(frozen=True)
class Tool:
    """A tool ready for use. `outside` tools bring foreign text, which is captured and marked as data.

    A function from outside that only reads says so by `function.outward = False`; one that says nothing is taken to
    have an effect.
    """

    spec: ToolSpec
    arguments: type[BaseModel]
    function: Function
    bound: Mapping[str, object]
    outside: bool = False
    outward: bool = False  # has an effect outside, so a person is asked before each use


def tool(function: Function, **bound: object) -> Tool:
    """The tool that the function is. `bound` fills its parameters that are not for models to choose."""
    name = getattr(function, "__name__", "")
    arguments = _arguments(name, function, bound)
    schema = _plain(arguments.model_json_schema())
    return Tool(ToolSpec(name, _first_line(name, function), schema), arguments, function, bound)


def outside_tools(names: Sequence[str]) -> list[Tool]:
    """The named tools of other distributions. None is loaded that was not asked for by name."""
    found = {entry.name: entry for entry in entry_points(group=GROUP)} if names else {}
    return [_outside(name, found) for name in names]


def _outside(name: str, found: Mapping[str, Any]) -> Tool:
    if name not in found:
        known = ", ".join(sorted(found)) or "none"
        raise ToolsMisconfigured(f"There is no tool {name!r} among the installed entry points of {GROUP} ({known}).")
    try:
        function = found[name].load()
        made = tool(function)
    except (
        Exception
    ) as error:  # foreign code is imported here: anything may come, and the operator must learn which tool
        raise ToolsMisconfigured(f"The tool {name!r} from outside cannot be loaded: {one_line(str(error))}.") from error
    spec = ToolSpec(name, made.spec.description, made.spec.parameters)
    outward = getattr(function, "outward", True) is not False
    return Tool(spec, made.arguments, made.function, made.bound, outside=True, outward=outward)


def _arguments(name: str, function: Function, bound: Mapping[str, object]) -> type[BaseModel]:
    if not inspect.iscoroutinefunction(function):
        raise ToolsMisconfigured(f"The tool {name!r} is not an async function.")
    _, *rest = inspect.signature(function).parameters.values()
    if any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD, p.POSITIONAL_ONLY) for p in rest):
        raise ToolsMisconfigured(f"The tool {name!r} has parameters without a name of their own.")
    hints = get_type_hints(function, include_extras=True)
    fields: dict[str, Any] = {
        p.name: (hints.get(p.name, str), ... if p.default is p.empty else p.default)
        for p in rest
        if p.name not in bound
    }
    try:
        return create_model(name, __config__=ConfigDict(extra="forbid"), **fields)
    except (PydanticUserError, NameError) as error:
        raise ToolsMisconfigured(f"The parameters of the tool {name!r} cannot be described to a model.") from error


def _first_line(name: str, function: Function) -> str:
    words = (inspect.getdoc(function) or "").strip()
    if not words:
        raise ToolsMisconfigured(f"The tool {name!r} has no docstring to describe it.")
    return words.splitlines()[0]


def _plain(schema: dict[str, Any]) -> dict[str, object]:
    """The schema without the titles that pydantic adds and models do not need."""
    properties: dict[str, Any] = schema.get("properties", {})
    for described in properties.values():
        described.pop("title", None)
    rest = {name: value for name, value in schema.items() if name not in ("title", "description")}
    return {"type": "object", **rest, "properties": properties}


@dataclass(frozen=True)
class Bounds:
    """How long a tool may take and how much of its text may go to a model."""

    seconds: float = 60
    seconds_by_tool: Mapping[str, float] = field(default_factory=dict[str, float])
    characters: int = 12_000  # of one part of a text

    def time(self, name: str) -> float:
        return self.seconds_by_tool.get(name, self.seconds)

    @property
    def answer(self) -> int:
        """Characters of a whole answer: a part with what is said about it."""
        return self.characters + 4_000


class ToolKit:
    """The tools of this installation: implements `agents.ports.Toolbox`."""

    def __init__(self, tools: Sequence[Tool], library: Titled | None = None, bounds: Bounds | None = None) -> None:
        self._tools = {one.spec.name: one for one in tools}
        self._library = library
        self._bounds = bounds or Bounds()
        if len(self._tools) < len(tools):
            names = [one.spec.name for one in tools]
            twice = sorted({name for name in names if names.count(name) > 1})
            raise ToolsMisconfigured(f"More than one tool is named {', '.join(twice)}; rename or leave out the others.")

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._tools)

    @property
    def outward(self) -> frozenset[str]:
        """Names of the tools that have an effect outside."""
        return frozenset(name for name, one in self._tools.items() if one.outward)

    def specs(self, names: Sequence[str]) -> tuple[ToolSpec, ...]:
        """What models are told about the tools of these names; names of no tool are left out."""
        return tuple(self._tools[name].spec for name in names if name in self._tools)

    async def titles(self) -> Sequence[str]:
        return await self._library.titles() if self._library else ()

    async def use(self, allowed: frozenset[str], call: ToolCall, context: ToolContext) -> ToolResult:
        """Never raises for what a model or a source did wrong: the text then says so in one sentence."""
        name = one_line(call.name, 60)
        if call.name not in allowed or call.name not in self._tools:
            return _said(name, f"There is no tool {name} for this task; there are: {self._among(allowed)}.")
        try:
            return _signed(name, await self._run(self._tools[call.name], call.arguments, context))
        except (ToolFault, Unreadable) as fault:
            return _said(name, one_line(str(fault), 1000))
        except TimeoutError:
            limit = self._bounds.time(name)
            return _said(name, f"{name} took longer than {limit:g} seconds and was stopped; go on without it.")
        except Exception as error:  # the rim: a parser that trips over a hostile source must not end the mission
            log.exception("tool %s failed", name)
            return _said(name, f"{name} failed with an internal error ({type(error).__name__}); go on without it.")

    def _among(self, allowed: frozenset[str]) -> str:
        return ", ".join(sorted(allowed & self.names)) or "none"

    async def _run(self, one: Tool, arguments: str, context: ToolContext) -> ToolResult:
        given = _checked(one, arguments)
        async with asyncio.timeout(self._bounds.time(one.spec.name)):
            result = await one.function(context, **given, **one.bound)
        if isinstance(result, ToolResult):
            return self._bounded(result)
        return self._from_outside(one, str(result)) if one.outside else self._bounded(_said(one.spec.name, result))

    def _bounded(self, result: ToolResult) -> ToolResult:
        limit = self._bounds.answer
        if len(result.text) <= limit:
            return result
        said = f"\n(These are the first {limit} of {len(result.text)} characters; ask for less to see the rest.)"
        return ToolResult(result.text[:limit] + said, result.summary, result.snapshots)

    def _from_outside(self, one: Tool, text: str) -> ToolResult:
        """Captures what a foreign tool brought, so that it can be cited like any other source."""
        name = one.spec.name
        if len(text) > MAX_OUTSIDE:
            raise ToolFault(f"{name} brought {len(text)} characters, more than can be kept; ask for less.")
        snapshot = capture("run", f"tool:{name}", f"What {name} answered", text)
        _, end = parts(snapshot.text, self._bounds.characters)[0]
        cut = f"\n(The first {end} of {len(snapshot.text)} characters.)" if end < len(snapshot.text) else ""
        text = f"snapshot: {snapshot.id}\n{fenced(snapshot.id, snapshot.text[:end])}{cut}"
        return ToolResult(text, name, (snapshot,))


def _signed(name: str, result: ToolResult) -> ToolResult:
    """What was captured says which tool captured it."""
    return replace(result, snapshots=tuple(replace(one, captured_by=name) for one in result.snapshots))


def _checked(one: Tool, arguments: str) -> dict[str, Any]:
    """The arguments by name, checked against the function's annotations. Raises ToolFault in words for the model."""
    try:
        given = one.arguments.model_validate_json(arguments.strip() or "{}")
    except ValidationError as error:
        raise ToolFault(f"The arguments of {one.spec.name} do not fit: {_points(error)}.") from error
    except ValueError as error:  # text that is not even UTF-8
        raise ToolFault(f"The arguments of {one.spec.name} are not JSON.") from error
    return {name: getattr(given, name) for name in one.arguments.model_fields}


def _points(error: ValidationError) -> str:
    """The first three things that are wrong, without what the model wrote: it may be long or hostile."""
    points: list[str] = []
    for found in error.errors(include_url=False, include_context=False, include_input=False)[:3]:
        place = one_line(".".join(str(step) for step in found["loc"]), 60)
        points.append(f"{place}: {one_line(found['msg'])}" if place else one_line(found["msg"]))
    return "; ".join(points)


def _said(name: str, text: str) -> ToolResult:
    return ToolResult(text, f"{name}: {one_line(text, 120)}")
