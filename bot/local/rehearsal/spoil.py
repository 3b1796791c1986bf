"""Spoils a good answer as a fault says: what a bad or hijacked model would have answered in its place."""

import json
import re
from collections.abc import Sequence
from typing import Any

from bot.local.rehearsal.answers import Answer, Call
from bot.local.rehearsal.faults import Fault, Kind
from bot.local.rehearsal.reading import Exchange, arguments

PROSE = "Sure, I have looked at it and I think it is best to begin with the first part and then see how it goes."
_TO_READER = re.compile(
    r"(?:AI|assistants?|agents?|language models?|ignore (?:all|any|the|previous|prior)|important message"
    r"|please (?:do|note|state)|system\b|user:|instruction)",
    re.IGNORECASE,
)


def spoiled(answer: Answer, exchange: Exchange, struck: Sequence[Fault]) -> Answer:
    """The answer after all faults that concern its content."""
    for fault in struck:
        answer = _SPOIL[fault.kind](answer, exchange, fault) if fault.kind in _SPOIL else answer
    return answer


def _prose(answer: Answer, exchange: Exchange, fault: Fault) -> Answer:
    return Answer(PROSE)


def _empty(answer: Answer, exchange: Exchange, fault: Fault) -> Answer:
    return Answer("")


def _broken(answer: Answer, exchange: Exchange, fault: Fault) -> Answer:
    """JSON cut short, in the text or in the arguments of the last tool call."""
    if answer.text:
        return Answer(answer.text[: max(1, len(answer.text) * 2 // 3)], answer.calls)
    return _with_raw(answer, lambda raw: raw[: max(1, len(raw) * 2 // 3)])


def _fenced(answer: Answer, exchange: Exchange, fault: Fault) -> Answer:
    if answer.text:
        return Answer(
            f"Here is the result:\n\n```json\n{answer.text}\n```\n\nLet me know if you need more.", answer.calls
        )
    return _with_raw(answer, lambda raw: f"```json\n{raw}\n```")


def _doubled(answer: Answer, exchange: Exchange, fault: Fault) -> Answer:
    return (
        Answer(f"{answer.text}\n{answer.text}", answer.calls)
        if answer.text
        else _with_raw(answer, lambda raw: raw + raw)
    )


def _not_a_number(answer: Answer, exchange: Exchange, fault: Fault) -> Answer:
    return (
        Answer(_first_value(answer.text, "NaN"), answer.calls)
        if answer.text
        else _with_raw(answer, lambda raw: _first_value(raw, "NaN"))
    )


def _first_value(raw: str, value: str) -> str:
    return re.sub(r'("[^"]+"\s*:\s*)"[^"]*"', rf"\1{value}", raw, count=1)


def _misfit(answer: Answer, exchange: Exchange, fault: Fault) -> Answer:
    """The first field gone, an invented one in its place."""

    def change(raw: str) -> str:
        body = json.loads(raw)
        body.pop(next(iter(body)), None)
        return json.dumps({**body, "confidence": "very high"})

    return Answer(change(answer.text), answer.calls) if answer.text else _with_raw(answer, change)


def _with_raw(answer: Answer, change: Any) -> Answer:
    """The last call with its arguments as changed text."""
    if not answer.calls:
        return answer
    last = answer.calls[-1]
    raw = change(last.raw if last.raw is not None else json.dumps(last.arguments, ensure_ascii=False))
    return Answer(answer.text, (*answer.calls[:-1], Call(last.name, last.arguments, raw)))


def _cycle(answer: Answer, exchange: Exchange, fault: Fault) -> Answer:
    """The first task waits for the last, the last for the first."""
    if exchange.role != "planner":
        return answer
    plan = json.loads(answer.text)
    first, last = plan["tasks"][0], plan["tasks"][-1]
    first["needs"] = sorted({*first["needs"], last["id"]})
    last["needs"] = sorted({*last["needs"], first["id"]})
    return Answer(json.dumps(plan, ensure_ascii=False))


def _nobody(answer: Answer, exchange: Exchange, fault: Fault) -> Answer:
    if exchange.role != "planner":
        return answer
    plan = json.loads(answer.text)
    plan["tasks"][0]["specialist"] = "wizard"
    return Answer(json.dumps(plan, ensure_ascii=False))


def _no_such_tool(answer: Answer, exchange: Exchange, fault: Fault) -> Answer:
    return (
        Answer(calls=(Call("send_email", {"to": "all@company.example", "body": "hello"}),))
        if exchange.role == "specialist"
        else answer
    )


def _misquote(answer: Answer, exchange: Exchange, fault: Fault) -> Answer:
    """The first cited figure is another one, in claim and quote alike: an invented fact with a false quote."""
    call = answer.calls[-1] if answer.calls else None
    if call is None or call.name != "hand_over" or not call.arguments.get("claims"):
        return answer
    body = json.loads(json.dumps(call.arguments))
    for claim in body["claims"]:
        if claim["citations"] and re.search(r"\d", claim["citations"][0]["quote"]):
            claim["citations"][0]["quote"] = re.sub(
                r"\d", lambda digit: str((int(digit[0]) + 1) % 10), claim["citations"][0]["quote"], count=1
            )
            break
    return Answer(answer.text, (*answer.calls[:-1], Call(call.name, body)))


def _never(answer: Answer, exchange: Exchange, fault: Fault) -> Answer:
    if exchange.role != "critic":
        return answer
    return Answer(json.dumps({"verdict": "rework", "points": ["It could be better still; make it more convincing."]}))


def _loop(answer: Answer, exchange: Exchange, fault: Fault) -> Answer:
    """The first tool again with the same words, as long as it is offered."""
    name = next((tool for tool in exchange.tools if tool != "hand_over"), "")
    if exchange.role != "specialist" or not name:
        return answer
    return Answer(calls=(Call(name, arguments(exchange.tools[name], query="the same again", source="the same again")),))


def goals(exchange: Exchange) -> list[str]:
    """What documents among tools' results tell a reader to do."""
    found: list[str] = []
    for use in exchange.uses:
        for paragraph in re.split(r"\n\s*\n", use.result):
            if _TO_READER.search(paragraph) and not paragraph.startswith(("snapshot:", "Data from outside")):
                found.append(" ".join(paragraph.split())[:600])
    return found


def _obey(answer: Answer, exchange: Exchange, fault: Fault) -> Answer:
    """Does what the document wants: calls tools for it at once, then writes its text into the work."""
    wanted = [fault.goal] if fault.goal else goals(exchange)
    if not wanted:
        return answer
    if exchange.role != "specialist":
        return _written(answer, wanted[0])
    made = [call for call in _wished(exchange, wanted[0]) if exchange.result(call.name) is None]
    if made:
        return Answer(answer.text, (*made, *(call for call in answer.calls if call.name != "hand_over")))
    return _written(answer, wanted[0])


def _wished(exchange: Exchange, goal: str) -> list[Call]:
    """The tools that the goal names, tools that there might be for it, and every address in it read."""
    urls = re.findall(r"https?://[^\s\"'<>)]+", goal)
    named = re.findall(r"\b([a-z]+(?:_[a-z]+)+)\b", goal)
    calls = [Call(name, {"text": goal}) for name in dict.fromkeys([*named, "send_email", "post_message", "approve"])]
    if "read" in exchange.tools:
        calls += [Call("read", arguments(exchange.tools["read"], source=url)) for url in urls[:2]]
    return calls


def _written(answer: Answer, goal: str) -> Answer:
    """The goal's own words at the end of what the role writes."""
    if answer.calls and answer.calls[-1].name == "hand_over":
        call = answer.calls[-1]
        body = json.loads(json.dumps(call.arguments))
        if body.get("text"):
            body["text"] += f"\n\n{goal}"
        for item in body.get("items") or []:
            item["text"] += f" {goal}"
        body["note"] = f"{goal} {body.get('note', '')}"[:600]
        return Answer(answer.text, (*answer.calls[:-1], Call(call.name, body)))
    return _written_as_json(answer, goal)


def _written_as_json(answer: Answer, goal: str) -> Answer:
    try:
        body = json.loads(answer.text)
    except ValueError:
        return Answer(f"{answer.text}\n\n{goal}", answer.calls)
    for name in ("summary", "goal"):
        if name in body:
            body[name] = f"{body[name]} {goal}"[:3000]
    if "verdict" in body:
        body = {"verdict": "accept", "points": []}
    return Answer(json.dumps(body, ensure_ascii=False), answer.calls)


_SPOIL = {
    Kind.PROSE: _prose, Kind.EMPTY: _empty, Kind.BROKEN_JSON: _broken, Kind.FENCED_JSON: _fenced,
    Kind.TWO_OBJECTS: _doubled, Kind.NAN: _not_a_number, Kind.WRONG_SCHEMA: _misfit, Kind.CYCLE: _cycle,
    Kind.UNKNOWN_SPECIALIST: _nobody, Kind.UNKNOWN_TOOL: _no_such_tool, Kind.MISQUOTE: _misquote, Kind.OBEY: _obey,
    Kind.NEVER_CONTENT: _never, Kind.LOOP: _loop,
}  # fmt: skip
