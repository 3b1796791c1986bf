"""What a model server takes, found out by asking: each thing it refuses is asked for in a plainer way.

Structured answers have three grades: a strict JSON schema; JSON mode with the schema in the prompt; text with the
schema in the prompt. Tools have two: the server's own; described in the prompt, wished for as JSON (tooltext.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from agents.llm import schemas
from agents.llm.jsontext import NotJson, parse_object
from agents.ports import AnswerShape, Message, ModelReply, ModelRequest

Grade = Literal["schema", "json", "text"]
TokensField = Literal["max_completion_tokens", "max_tokens"]
Complaint = Literal["answer", "tools", "tokens", "unclear"]  # what a server does not take

_GRADES: tuple[Grade, ...] = ("schema", "json", "text")


@dataclass(frozen=True)
class Abilities:
    """How a model is asked."""

    answer: Grade = "schema"
    pinned: bool = False  # the operator chose the grade: it is not lowered
    tools: bool = True
    tokens: tuple[TokensField, ...] = ("max_completion_tokens", "max_tokens")  # the first is sent, none is no limit

    @property
    def words(self) -> str:
        """For the log."""
        tools = "tools" if self.tools else "tools told in words"
        return f"answers as {self.answer}, {tools}, output limited by {self.tokens[0] if self.tokens else 'nothing'}"

    def for_request(self, request: ModelRequest) -> Abilities:
        """The same, but not stricter than the schema of the answer allows."""
        if request.answer is None or self.answer != "schema" or can_be_strict(request.answer):
            return self
        return replace(self, answer="json")

    def lowered(self, complaint: Complaint | None, request: ModelRequest) -> Abilities | None:
        """The next plainer way after a complaint; None when nothing that was sent can be put more plainly."""
        can_answer = request.answer is not None and self.answer != "text" and not self.pinned
        can_tools = bool(request.tools) and self.tools
        if can_answer and complaint in ("answer", "unclear"):
            return replace(self, answer=_GRADES[_GRADES.index(self.answer) + 1])
        if can_tools and complaint in ("tools", "unclear"):
            return replace(self, tools=False)
        if complaint == "tokens" and request.max_output_tokens is not None and self.tokens:
            return replace(self, tokens=self.tokens[1:])
        return None

    def and_not_more_than(self, other: Abilities) -> Abilities:
        """What both take: two requests may have found out different things."""
        return replace(
            self,
            answer=max(self.answer, other.answer, key=_GRADES.index),
            tools=self.tools and other.tools,
            tokens=min(self.tokens, other.tokens, key=len),
        )


def at_first(
    structured: Literal["auto", "schema", "json", "text"], tokens: TokensField | None, is_openai: bool
) -> Abilities:
    """What is tried with a model that was not asked yet."""
    new_name_first = tokens == "max_completion_tokens" or (tokens is None and is_openai)
    names: tuple[TokensField, ...] = ("max_completion_tokens", "max_tokens")
    return Abilities(
        answer="schema" if structured == "auto" else structured,
        pinned=structured != "auto",
        tokens=names if new_name_first else names[::-1],
    )


def can_be_strict(shape: AnswerShape) -> bool:
    """Whether strict structured output can express the schema."""
    try:
        schemas.strict(shape.schema)
    except schemas.NotStrict:
        return False
    return True


def is_ignored(request: ModelRequest, able: Abilities, reply: ModelReply) -> bool:
    """Whether the server took the strict schema and then paid no heed to it."""
    if request.answer is None or able.answer != "schema" or able.pinned or reply.tool_calls or reply.finish != "stop":
        return False
    try:
        fields = parse_object(reply.text)
    except NotJson:
        return True
    return fields.keys() != schemas.fields(request.answer.schema)


def response_format(shape: AnswerShape, grade: Grade) -> Mapping[str, object] | None:
    """The request's field of that name."""
    if grade == "schema":
        named = {"name": shape.name, "strict": True, "schema": schemas.strict(shape.schema)}
        return {"type": "json_schema", "json_schema": named}
    return {"type": "json_object"} if grade == "json" else None


def with_schema(messages: Sequence[Message], shape: AnswerShape) -> tuple[Message, ...]:
    """The messages with the schema told in the system message."""
    schema = json.dumps(schemas.plain(shape.schema), ensure_ascii=False)
    return told_first(
        messages,
        "Answer with one JSON object and nothing else: no words before or after it, no code fence. "
        f"The JSON object must fit this JSON schema:\n{schema}",
    )


def told_first(messages: Iterable[Message], words: str) -> tuple[Message, ...]:
    """The messages with words added at the end of the system message, which is made when there is none."""
    first, *rest = messages
    if first.role == "system":
        return (replace(first, content=f"{first.content}\n\n{words}"), *rest)
    return (Message("system", words), first, *rest)
