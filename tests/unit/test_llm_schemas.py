"""Contracts as strict structured output takes them, and what is asked of a server that takes less."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field

from agents import contracts
from agents.llm import grades, schemas
from agents.llm.answers import shape
from agents.llm.grades import Abilities
from agents.ports import AnswerShape, Message, ModelReply, ModelRequest, ToolSpec

DRAFTS = [
    contracts.PlanDraft, contracts.CritiqueDraft, contracts.DoubtsDraft, contracts.ResultDraft, contracts.HandOver
]  # fmt: skip
ALLOWED = {
    "type", "enum", "const", "description", "anyOf", "$ref", "$defs",
    "properties", "required", "additionalProperties", "items",
}  # fmt: skip


def nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every schema within a schema."""
    yield node
    inner = [*node.get("properties", {}).values(), *node.get("$defs", {}).values(), *node.get("anyOf", [])]
    for child in inner + ([node["items"]] if "items" in node else []):
        yield from nodes(child)


@pytest.mark.parametrize("contract", DRAFTS)
def test_every_draft_is_fit_for_strict_mode(contract: type[BaseModel]) -> None:
    schema = schemas.strict(contract.model_json_schema())
    assert schema["type"] == "object"
    for node in nodes(schema):
        assert node.keys() <= ALLOWED
        assert "$ref" not in node or node.keys() == {"$ref"}
        assert node.keys() & {"type", "$ref", "anyOf", "enum", "const"}
        if node.get("type") == "object":
            assert node["additionalProperties"] is False
            assert node["required"] == list(node["properties"])


@pytest.mark.parametrize("contract", DRAFTS)
def test_our_own_schema_is_left_as_it_is(contract: type[BaseModel]) -> None:
    before = contract.model_json_schema()
    schemas.strict(shape(contract).schema)
    schemas.plain(shape(contract).schema)
    assert shape(contract).schema == before


class Leaf(BaseModel):
    size: int = Field(gt=0, le=9, description="How big.")


class Tree(BaseModel):
    """A tree."""

    name: str = Field(min_length=2, pattern="^[a-z]+$")
    best: Leaf | None = Field(default=None, description="The best leaf.")
    first: Leaf = Field(description="The first leaf.")
    kind: Literal["oak"] = "oak"
    branches: list[Tree] = []


def test_limits_are_told_in_words_and_choices_and_recursion_are_kept() -> None:
    schema: Any = schemas.strict(Tree.model_json_schema())
    fields = schema["properties"]
    assert fields["name"] == {"type": "string", "description": "At least 2 characters, matching ^[a-z]+$"}
    assert schema["$defs"]["Leaf"]["properties"]["size"]["description"] == "How big. (at most 9, more than 0)"
    assert fields["best"] == {"description": "The best leaf.", "anyOf": [{"$ref": "#/$defs/Leaf"}, {"type": "null"}]}
    assert fields["first"] == {"description": "The first leaf.", "anyOf": [{"$ref": "#/$defs/Leaf"}]}
    assert fields["kind"]["const"] == "oak"
    assert fields["branches"]["items"] == {"$ref": "#/$defs/Tree"}
    assert schemas.fields(Tree.model_json_schema()) == {"name", "best", "first", "kind", "branches"}


class FreeWords(BaseModel):
    words: dict[str, str]


class Anything(BaseModel):
    value: Any


class Pair(BaseModel):
    pair: tuple[int, str]


class AnyList(BaseModel):
    values: list[Any]


@pytest.mark.parametrize("contract", [FreeWords, Anything, Pair, AnyList])
def test_what_strict_mode_cannot_express_is_known(contract: type[BaseModel]) -> None:
    with pytest.raises(schemas.NotStrict):
        schemas.strict(contract.model_json_schema())
    assert not grades.can_be_strict(shape(contract))


def test_the_schema_in_a_prompt_keeps_limits_defaults_and_fields_named_title() -> None:
    schema: Any = schemas.plain(contracts.PlanDraft.model_json_schema())
    assert schema["properties"]["title"] == {"maxLength": 120, "minLength": 1, "type": "string"}
    assert schema["$defs"]["TaskDraft"]["properties"]["id"]["pattern"] == "^t[0-9]{1,2}$"
    assert "title" not in schema
    assert "title" not in schema["$defs"]["TaskDraft"]


REQUEST = ModelRequest(
    "m",
    (Message("user", "Go."),),
    tools=(ToolSpec("read", "Reads.", {}),),
    answer=shape(Leaf),
    max_output_tokens=10,
)


def test_an_unclear_refusal_lowers_one_thing_after_another() -> None:
    ways = [Abilities()]
    while plainer := ways[-1].lowered("unclear", REQUEST):
        ways.append(plainer)
    assert [(way.answer, way.tools) for way in ways] == [
        ("schema", True), ("json", True), ("text", True), ("text", False)
    ]  # fmt: skip


def test_what_was_not_sent_cannot_be_lowered() -> None:
    bare = ModelRequest("m", REQUEST.messages)
    for complaint in ("answer", "tools", "tokens", "unclear"):
        assert Abilities().lowered(complaint, bare) is None
    assert Abilities().lowered(None, REQUEST) is None
    assert Abilities(pinned=True).lowered("answer", REQUEST) is None


def test_what_two_requests_found_out_is_put_together() -> None:
    one = Abilities(answer="json")
    other = Abilities(tools=False, tokens=("max_tokens",))
    assert one.and_not_more_than(other) == Abilities("json", tools=False, tokens=("max_tokens",))
    assert other.and_not_more_than(one) == one.and_not_more_than(other)


@pytest.mark.parametrize(
    ("text", "finish", "ignored"),
    [
        ('{"size": 3}', "stop", False),
        ('{"size": 300}', "stop", False),  # a limit, which strict mode does not know
        ('```json\n{"size": 3}\n```', "stop", True),
        ('{"sizes": 3}', "stop", True),
        ("Three.", "stop", True),
        ('{"size"', "length", False),
    ],
)
def test_a_server_that_ignores_the_schema_is_noticed(text: str, finish: str, ignored: bool) -> None:
    reply = ModelReply(text, (), finish, "m", ())
    assert grades.is_ignored(REQUEST, Abilities(), reply) is ignored
    assert not grades.is_ignored(REQUEST, Abilities(answer="json"), reply)
    assert not grades.is_ignored(replace(REQUEST, answer=None), Abilities(), reply)


def test_words_are_added_to_the_system_message_or_begin_one() -> None:
    user = Message("user", "Go.")
    assert grades.told_first((user,), "Rule.") == (Message("system", "Rule."), user)
    assert grades.told_first((Message("system", "# Critic"), user), "Rule.")[0].content == "# Critic\n\nRule."


def test_an_answer_must_be_an_object() -> None:
    assert not grades.can_be_strict(AnswerShape("List", {"type": "array", "items": {"type": "string"}}))
