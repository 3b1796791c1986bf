"""Dataclasses of the domain as plain JSON and back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

from pydantic import TypeAdapter

from agents.domain import spelling

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")


@cache
def _adapter(kind: type[T]) -> TypeAdapter[T]:
    return TypeAdapter(kind)


def pack(value: object) -> dict[str, Any]:
    """The fields of a dataclass, fit for a JSON column."""
    return _adapter(type(value)).dump_python(value, mode="json")


def unpack(kind: type[T], body: object) -> T:
    """The dataclass that was packed. Raises pydantic.ValidationError; fields unknown to us are passed over."""
    return _adapter(kind).validate_python(body)


def digest(body: object) -> str:
    """SHA-256 of plain JSON in one spelling, in hexadecimal."""
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def shallow(value: DataclassInstance) -> dict[str, Any]:
    """The fields as they are, for columns of the same names; tuples become lists."""
    found = {field.name: getattr(value, field.name) for field in fields(value)}
    return {name: list(cast("tuple[object, ...]", v)) if isinstance(v, tuple) else v for name, v in found.items()}


def clean(value: Any) -> Any:
    """The same without what a database refuses in text: NUL characters and halves of surrogate pairs."""
    if isinstance(value, str):
        return spelling.fit(value)
    if isinstance(value, Mapping):
        return {clean(k): clean(v) for k, v in cast("Mapping[Any, Any]", value).items()}
    if isinstance(value, list):
        return [clean(item) for item in cast("list[Any]", value)]
    return value
