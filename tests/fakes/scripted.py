"""A model that answers from a script, and tools that are small functions, for tests of roles and phases."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from itertools import count
from typing import Any

from pydantic import BaseModel

from agents.domain.evidence import Snapshot, snapshot_id
from agents.ports import (
    Attempt,
    ModelReply,
    ModelRequest,
    ToolCall,
    ToolContext,
    ToolResult,
    ToolSpec,
    Usage,
)

Line = ModelReply | BaseModel | Exception
Script = Callable[[ModelRequest], Line]

BOOKED = Attempt("scripted", "ok", Usage(100, 0, 20, 0), Decimal("0.001"), 0.1)
_numbers = count(1)


def role_of(request: ModelRequest) -> str:
    """Planner, Specialist, Critic, Sceptic or Manager."""
    return request.messages[0].content.splitlines()[0].removeprefix("# ")


def brief_of(request: ModelRequest) -> dict[str, Any]:
    """The brief: the one fenced block at the end of the first message of the user."""
    text = request.messages[1].content
    assert text.endswith("\n```")
    _, fence, body = text.removesuffix("\n```").partition("```json\n")
    assert fence and "```" not in body, "nothing in a brief may end its block"
    return json.loads(body)


def say(text: str, *calls: ToolCall, finish: str = "") -> ModelReply:
    """A reply of words, or with calls of tools."""
    return ModelReply(text, calls, finish or ("tool_calls" if calls else "stop"), "scripted", (BOOKED,))


def call(name: str, **arguments: object) -> ToolCall:
    """A model's wish to use a tool."""
    return ToolCall(f"call{next(_numbers)}", name, json.dumps(arguments))


def uses(*calls: ToolCall) -> ModelReply:
    """A reply that only uses tools."""
    return say("", *calls)


def hands_over(**work: object) -> ModelReply:
    """A reply that hands over work with these fields."""
    return uses(call("hand_over", **{"title": "Work", **work}))


class ScriptedModel:
    """Answers by the script and remembers what it was asked. `opened` set: answers wait for it."""

    def __init__(self, *lines: Line, script: Script | None = None) -> None:
        self._lines = list(lines)
        self._script = script
        self.asked: list[ModelRequest] = []
        self.opened = asyncio.Event()
        self.opened.set()
        self.busy = self.most_busy = 0
        self._news = asyncio.Event()

    async def ask(self, request: ModelRequest) -> ModelReply:
        self.asked.append(request)
        self.busy += 1
        self.most_busy = max(self.busy, self.most_busy)
        self._news.set()
        try:
            await self.opened.wait()
            await asyncio.sleep(0)
            line = self._script(request) if self._script else self._next()
        finally:
            self.busy -= 1
        if isinstance(line, Exception):
            raise line
        return say(line.model_dump_json()) if isinstance(line, BaseModel) else line

    async def until_busy(self, count: int) -> None:
        """Returns when so many questions wait for their answers."""
        async with asyncio.timeout(10):
            while self.busy < count:
                self._news.clear()
                await self._news.wait()

    def _next(self) -> Line:
        assert self._lines, f"the script has no line left for: {self.asked[-1].messages[-1].content[-300:]}"
        return self._lines.pop(0)

    def times(self, role: str, task: str | None = None) -> int:
        """How often a role was asked, about one task or at all."""
        asked = [one for one in self.asked if role_of(one) == role]
        return len([one for one in asked if task is None or brief_of(one).get("task") == task])


def captured(text: str, title: str = "A page", source: str = "https://a.example/x") -> Snapshot:
    """A snapshot as a tool would write it."""
    return Snapshot(snapshot_id(text), "web", source, title, text)


class Tools:
    """A toolbox of named results; remembers every use with what was allowed."""

    def __init__(self, results: Mapping[str, ToolResult | Callable[[ToolCall, ToolContext], ToolResult]]) -> None:
        self._results = dict(results)
        self.used: list[tuple[str, str, str]] = []  # task, tool, arguments
        self.allowed: list[frozenset[str]] = []
        self.outward: frozenset[str] = frozenset()

    def add(self, name: str, result: ToolResult) -> None:
        """Another tool."""
        self._results[name] = result

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._results)

    def specs(self, names: Sequence[str]) -> tuple[ToolSpec, ...]:
        return tuple(ToolSpec(name, name, {"type": "object", "properties": {}}) for name in names)

    async def use(self, allowed: frozenset[str], call: ToolCall, context: ToolContext) -> ToolResult:
        self.used.append((context.task, call.name, call.arguments))
        self.allowed.append(allowed)
        if call.name not in allowed or call.name not in self._results:
            return ToolResult(f"There is no tool {call.name} here.", f"{call.name}: not allowed")
        found = self._results[call.name]
        return found(call, context) if callable(found) else found

    async def titles(self) -> Sequence[str]:
        return ("A page",)
