"""Reads a request as a model would: the role, the brief, what the tools brought. It remembers nothing else."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from pydantic import ValidationError

from agents.contracts import Contract
from bot.local.rehearsal import language

ROLES = ("planner", "specialist", "critic", "reviewer", "sceptic", "advocate", "manager", "timekeeper")

_FENCE = re.compile(r"```(?:json)?[ \t]*\n(.*?)\n?```", re.DOTALL)
_HEADER = re.compile(r"^(snapshot|title|source|url|published|kind|file|name|date)\s*:\s*(.*)$", re.IGNORECASE)
_NOTE = re.compile(r"^A note from the thread:\s*(.+)$", re.IGNORECASE | re.MULTILINE)
_RESULT = re.compile(r"<tool_result[^>]*>\n?(.*?)\n?</tool_result>", re.DOTALL)

B = TypeVar("B", bound=Contract)


class Unreadable(Exception):
    """The request holds no brief that the role understands."""


@dataclass(frozen=True)
class Page:
    """What `read`, `read_file` or `read_thread` captured."""

    snapshot: str
    title: str
    source: str
    published: str
    text: str


@dataclass(frozen=True)
class Hit:
    """One result of a search: what to call `read` with, and the title."""

    source: str
    title: str


@dataclass(frozen=True)
class Use:
    """A tool call that was made, with what came back."""

    name: str
    arguments: dict[str, Any]
    result: str


@dataclass(frozen=True)
class Exchange:
    """A request, taken apart."""

    role: str  # one of ROLES, "" when the system message names none
    system: str
    brief: str  # JSON, "" when there is none
    uses: tuple[Use, ...] = ()
    notes: tuple[str, ...] = ()  # replies from the thread that came in during the work
    tools: dict[str, dict[str, Any]] = field(default_factory=dict)  # parameters by tool name
    together: bool = True  # several tool calls in one turn are allowed
    in_words: bool = False  # tools are told in words and wished for as JSON in the text

    def of(self, kind: type[B]) -> B:
        """The brief as this contract. Raises Unreadable."""
        try:
            return kind.model_validate_json(self.brief)
        except ValidationError as error:
            raise Unreadable(f"The brief of the {self.role} cannot be read: {error.errors()[0]['msg']}.") from error

    def used(self, *names: str) -> list[Use]:
        """The calls of these tools, in order."""
        return [use for use in self.uses if use.name in names]

    def result(self, name: str, **arguments: Any) -> str | None:
        """What this very call brought, or None when it was not made."""
        same = (use for use in self.used(name) if arguments.items() <= use.arguments.items())
        return next((use.result for use in same), None)

    def pages(self) -> list[Page]:
        """Everything that was captured, each snapshot once, in order."""
        return pages(self.used("read", "read_file", "read_thread"))


def pages(uses: Sequence[Use]) -> list[Page]:
    """What the uses captured, each snapshot once, in order; parts of one snapshot are joined."""
    found: dict[str, Page] = {}
    for use in uses:
        if (one := page(use.result)) is None:
            continue
        before = found.get(one.snapshot)
        text = f"{before.text}\n\n{one.text}" if before and one.text not in before.text else one.text
        found[one.snapshot] = replace(one, text=text)
    return list(found.values())


def exchange(body: dict[str, Any]) -> Exchange:
    """The request's body, taken apart."""
    messages = [message for message in body.get("messages", []) if isinstance(message, dict)]
    system = "\n".join(content(m) for m in messages if m.get("role") in ("system", "developer"))
    asked = [content(m) for m in messages if m.get("role") == "user"]
    return Exchange(
        role=role(system),
        system=system,
        brief=last_block(asked[0]) if asked else "",
        uses=tuple(_uses(messages)),
        notes=tuple(note for text in asked[1:] for note in _NOTE.findall(text)),
        tools=_tools(body) or _tools_in_words(system),
        together=bool(body.get("tools")) and body.get("parallel_tool_calls") is not False,
        in_words=not body.get("tools") and bool(_tools_in_words(system)),
    )


def _tools(body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {tool["function"]["name"]: tool["function"].get("parameters") or {} for tool in body.get("tools") or []}


def _tools_in_words(system: str) -> dict[str, dict[str, Any]]:
    """Tools that the system message describes, for servers that know none: `- name: ... Arguments: {schema}`."""
    if '{"tool":' not in system:
        return {}
    found = re.findall(r"^- (\w+):.*?\bArguments: (\{.*\})\s*$", system, re.MULTILINE)
    return {name: _object(schema) for name, schema in found}


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def content(message: dict[str, Any]) -> str:
    """The text of a message, whether it is a string or a list of parts."""
    raw = message.get("content") or ""
    if isinstance(raw, str):
        return raw
    return "\n".join(part.get("text", "") for part in raw if isinstance(part, dict))


def role(system: str) -> str:
    """The role that the first line names, or ""."""
    first = system.strip().splitlines()[0] if system.strip() else ""
    name = first.lstrip("# ").strip().lower()
    return name if first.startswith("#") and name in ROLES else ""


def last_block(text: str) -> str:
    """The content of the last fenced block, or ""."""
    blocks = _FENCE.findall(text)
    return blocks[-1] if blocks else ""


def _uses(messages: list[dict[str, Any]]) -> list[Use]:
    results = {m.get("tool_call_id"): content(m) for m in messages if m.get("role") == "tool"}
    calls = [call for m in messages if m.get("role") == "assistant" for call in m.get("tool_calls") or []]
    told = [_use(call, results[call["id"]]) for call in calls if call.get("id") in results]
    return told or _uses_in_words(messages)


def _use(call: dict[str, Any], result: str) -> Use:
    return Use(call["function"]["name"], _object(call["function"]["arguments"] or "{}"), result)


def _uses_in_words(messages: list[dict[str, Any]]) -> list[Use]:
    """Calls that stand as JSON in the assistant's words, each with the result that the next message quotes."""
    lines = [line for m in messages if m.get("role") == "assistant" for line in content(m).splitlines()]
    calls = [call for line in lines if "tool" in (call := _object(line)) and "arguments" in call]
    results = [found for m in messages if m.get("role") == "user" for found in _RESULT.findall(content(m))]
    return [Use(str(call["tool"]), call["arguments"], result) for call, result in zip(calls, results, strict=False)]


def page(result: str) -> Page | None:
    """A captured source, or None when the tool brought none (an error sentence, for example)."""
    lines = result.splitlines()
    if not lines or not (first := _HEADER.match(lines[0])) or first[1].lower() != "snapshot":
        return None
    header, start = {"snapshot": first[2].strip()}, 1
    while start < len(lines) and (line := _HEADER.match(lines[start])):
        header.setdefault(line[1].lower(), line[2].strip())
        start += 1
    text = _unfenced("\n".join(lines[start:]).strip(), header["snapshot"].split()[0])
    source = header.get("source") or header.get("url") or header.get("file") or ""
    title = header.get("title") or header.get("name") or next(iter(language.headings(text)), source)
    published = header.get("published", "")
    return Page(header["snapshot"].split()[0], title, source, published if published[:1].isdigit() else "", text)


def _unfenced(text: str, id: str) -> str:
    """The text between the markers that carry the snapshot's id; all of it when there are none."""
    start, end = text.find(f"<<<{id}"), text.rfind(f"{id}>>>")
    return text[start + len(id) + 3 : end].strip("\n") if 0 <= start < end else text


def next_part(result: str) -> int | None:
    """The part to ask for next, when the tool says that there is more."""
    more = re.search(r"call again with part=(\d+)", result.partition("\n<<<")[0])
    return int(more[1]) if more else None


def hits(result: str) -> list[Hit]:
    """The results of a search, whatever of the usual layouts they come in, best first."""
    found = _hits_of_json(result) or _hits_of_fields(result) or _hits_of_lines(result)
    return list({hit.source: hit for hit in found if hit.source}.values())


def _hits_of_json(result: str) -> list[Hit]:
    try:
        parsed = json.loads(result)
    except ValueError:
        return []
    rows = parsed.get("results", []) if isinstance(parsed, dict) else parsed
    rows = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return [Hit(str(row.get("source") or row.get("url") or ""), str(row.get("title") or "")) for row in rows]


def _hits_of_fields(result: str) -> list[Hit]:
    """Blocks that name their `source:` and `title:`, each on a line of its own."""
    found: list[Hit] = []
    title = ""
    for line in result.splitlines():
        if named := re.match(r"\s*(?:\d+[.)]\s+|[-*]\s+)?(?:\*\*)?title(?:\*\*)?\s*:\s*(.+)$", line, re.IGNORECASE):
            title = named[1].strip()
        elif numbered := re.match(r"\s*\d+[.)]\s+(.+)$", line):
            title = language.flat(numbered[1])
        if where := re.match(r"\s*(?:[-*]\s+)?(?:\*\*)?(?:source|url)(?:\*\*)?\s*:\s*(\S.*)$", line, re.IGNORECASE):
            found.append(Hit(where[1].strip().strip("`"), title))
    return found


def _hits_of_lines(result: str) -> list[Hit]:
    found = []
    for line in result.splitlines():
        if address := re.search(r"(?:https?|library|file)://[^\s)>\]|\"'`]+", line):
            title = language.flat(re.sub(r"^\s*(?:\d+[.)]|[-*])\s*", "", line[: address.start()])).strip(" -–—:([]|")
            found.append(Hit(address[0].rstrip(".,;"), title))
    return found


def arguments(parameters: dict[str, Any], **wanted: Any) -> dict[str, Any]:
    """Arguments that fit a tool's schema: those wanted that it knows, a plain value for every other required one."""
    known = parameters.get("properties") or {}
    required = parameters.get("required") or []
    given = {name: value for name, value in wanted.items() if not known or name in known}
    return {name: _plain(known.get(name) or {}) for name in required if name not in given} | given


def _plain(schema: dict[str, Any]) -> Any:
    if "default" in schema:
        return schema["default"]
    if "enum" in schema:
        return schema["enum"][0]
    kinds = schema.get("type") or [choice.get("type") for choice in schema.get("anyOf", [])]
    kinds = [kinds] if isinstance(kinds, str) else list(kinds)
    plain: dict[str, Any] = {"string": "", "integer": 0, "number": 0, "boolean": False, "array": [], "object": {}}
    return None if "null" in kinds or not kinds else plain.get(kinds[0])
