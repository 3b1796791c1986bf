"""A contract's JSON schema, as strict structured output takes it and as a prompt shows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import cast

Schema = Mapping[str, object]
Node = dict[str, object]

_KEPT = ("type", "enum", "const", "description")
_LIMITS = {  # strict mode refuses some of these and compatible servers others, so a limit is told in words
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "multipleOf": "a multiple of {}",
    "pattern": "matching {}",
    "format": "in the format {}",
}


class NotStrict(ValueError):
    """Strict structured output cannot express the schema: a free dictionary, a tuple, or a value of any kind."""


def strict(schema: Schema) -> Node:
    """The schema for strict mode: every field required, no other field, no default, limits in words.

    Raises NotStrict.
    """
    root = _strict(_at_root(schema))
    if root.get("type") != "object":
        raise NotStrict("The answer itself must be an object.")
    if defs := _children(schema, "$defs"):
        root["$defs"] = {name: _strict(child) for name, child in defs.items()}
    return root


def plain(schema: Schema) -> Node:
    """The schema for a prompt: all of it but the titles, which only repeat the names."""
    return {key: _plain(key, value) for key, value in schema.items() if key != "title"}


def fields(schema: Schema) -> set[str]:
    """The names of the answer's own fields."""
    return set(_children(_at_root(schema), "properties"))


_NAMED = ("properties", "$defs")  # below these stand names, which may well be "title"


def _plain(key: str, value: object) -> object:
    if isinstance(value, dict):
        node = cast(Node, value)
        if key in _NAMED:
            return {name: _plain("", child) for name, child in node.items()}
        return plain(node)
    if isinstance(value, list):
        return [_plain("", child) for child in cast(list[object], value)]
    return value


def _at_root(schema: Schema) -> Schema:
    """Without the reference that a contract which contains itself starts with."""
    reference = schema.get("$ref")
    if not isinstance(reference, str):
        return schema
    return _children(schema, "$defs")[reference.rsplit("/", 1)[-1]]


def _strict(node: Schema) -> Node:
    alone = _list(node, "allOf")
    if len(alone) == 1:
        node = {**alone[0], **{key: value for key, value in node.items() if key != "allOf"}}
    known = {key: node[key] for key in _KEPT if key in node} | _words(node)
    for is_here, shaped in _SHAPES:
        if is_here(node):
            return known | shaped(node)
    if not known.keys() & {"type", "enum", "const"} or node.get("type") in ("object", "array"):
        raise NotStrict("A value of any kind, a free dictionary or a list of anything has no strict schema.")
    return known


def _words(node: Schema) -> Node:
    limits = [words.format(node[key]) for key, words in _LIMITS.items() if key in node]
    description = str(node.get("description", ""))
    if not limits:
        return {}
    told = ", ".join(limits)
    return {"description": f"{description} ({told})" if description else told[0].upper() + told[1:]}


def _reference(node: Schema) -> Node:
    """A description may not stand beside a reference, but beside a choice of one."""
    reference: Node = {"$ref": node["$ref"]}
    return {"anyOf": [reference]} if "description" in node else reference


def _choice(node: Schema) -> Node:
    return {"anyOf": [_strict(child) for child in _list(node, "anyOf") or _list(node, "oneOf")]}


def _record(node: Schema) -> Node:
    if node.get("additionalProperties") not in (None, False):
        raise NotStrict("A free dictionary has no strict schema.")
    fields = {name: _strict(child) for name, child in _children(node, "properties").items()}
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


def _array(node: Schema) -> Node:
    return {"type": "array", "items": _strict(cast(Schema, node["items"]))}


_SHAPES: Sequence[tuple[Callable[[Schema], bool], Callable[[Schema], Node]]] = (
    (lambda node: "$ref" in node, _reference),
    (lambda node: "anyOf" in node or "oneOf" in node, _choice),
    (lambda node: "properties" in node, _record),
    (lambda node: isinstance(node.get("items"), dict) and "prefixItems" not in node, _array),
)


def _children(node: Schema, key: str) -> Mapping[str, Schema]:
    return cast(Mapping[str, Schema], node.get(key) or {})


def _list(node: Schema, key: str) -> list[Schema]:
    return cast(list[Schema], node.get(key) or [])
