"""JSON as models write it: exactly one object is found in a text, or nothing is. Never repaired, never guessed."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import cast


class NotJson(ValueError):
    """The text does not hold exactly one JSON object. The message is one sentence fit for the model that wrote it."""


def parse(text: str) -> object:
    """The value of a strict JSON text: no NaN, no infinity, no key twice. Raises NotJson."""
    try:
        value: object = json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_float, parse_int=_int
        )
        _encodable(value)
    except RecursionError:
        raise NotJson("The JSON is nested too deeply.") from None
    except json.JSONDecodeError as error:
        raise NotJson(f"It is not valid JSON: {error.msg}, line {error.lineno}, column {error.colno}.") from None
    if _NUL.search(text):
        raise NotJson("A text in the JSON holds a NUL character.")
    return value


def parse_object(text: str) -> dict[str, object]:
    """The object that a strict JSON text is. Raises NotJson."""
    value = parse(text)
    if not isinstance(value, dict):
        raise NotJson("The JSON is not an object.")
    return cast(dict[str, object], value)


def extract_json(text: str) -> str:
    """The one JSON object in a text, as it stands there: alone, in a code fence or among words. Raises NotJson."""
    body = _after_thinking(text).strip().removeprefix("\ufeff")
    if not body:
        raise NotJson("The answer is empty.")
    if not _is_json(body):
        return _among_words(body)
    parse_object(body)
    return body


def _among_words(text: str) -> str:
    spans = [span for span in _spans(text) if not _is_bracketed_words(span)]
    found = {json.dumps(parse_object(span), sort_keys=True): span for span in spans}
    if not found:
        raise NotJson("There is no JSON object in the answer.")
    if len(found) > 1:
        raise NotJson("There are several different JSON objects in the answer; give exactly one.")
    return next(iter(found.values()))


_TOP = re.compile(r"[\[{}]")
_INSIDE = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|["\[\]{}]', re.DOTALL)
_CLOSER = {"{": "}", "[": "]"}
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


def _spans(text: str) -> Iterator[str]:
    """The outermost {...} and [...]. Quotes count only within them, for words around may hold any."""
    position = 0
    while opening := _TOP.search(text, position):
        if opening.group() == "}":
            raise NotJson("A brace closes that was never opened.")
        position = _end(text, opening.start())
        yield text[opening.start() : position]


def _end(text: str, start: int) -> int:
    """Where the bracket that opens at `start` has closed."""
    waiting: list[str] = []
    for token in _INSIDE.finditer(text, start):
        mark = token.group()
        if mark in _CLOSER:
            waiting.append(_CLOSER[mark])
        elif mark == '"':
            break
        elif mark in ("}", "]"):
            if waiting.pop() != mark:
                raise NotJson("The brackets of the JSON do not match.")
            if not waiting:
                return token.end()
    raise NotJson("The JSON is cut off before its end.")


def _is_bracketed_words(span: str) -> bool:
    """Whether it is only a mark such as [t1.c2] or [note], and no JSON."""
    return "{" not in span and not _is_json(span)


def _is_json(text: str) -> bool:
    try:
        parse(text)
    except NotJson:
        return False
    return True


def _after_thinking(text: str) -> str:
    """Without the thinking that some local models write before their answer."""
    thinking, closed, answer = text.partition("</think>")
    is_thinking = closed and (thinking.lstrip().startswith("<think>") or "{" not in thinking)
    return answer if is_thinking else text


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise NotJson("A key stands twice in one JSON object.")
    return value


def _constant(name: str) -> object:
    raise NotJson(f"{name} is not a JSON number.")


def _float(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise NotJson("A number in the JSON is too large.")
    return value


def _int(digits: str) -> int:
    if len(digits) > 300:  # beyond any figure of ours, and Python itself refuses to read very long ones
        raise NotJson("A number in the JSON is too long.")
    return int(digits)


def _encodable(value: object) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise NotJson("A text in the JSON holds half a character (a lone surrogate).") from None
