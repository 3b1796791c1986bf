"""The small words the tables are written in: each returns a rule, a rule lists what is wrong with one value.

A rule looks only as deep as its own words say, so no input, however deep or strange, can exhaust the stack.
"""

from collections.abc import Callable, Mapping
from typing import Any

from bot.views.blockcheck.faults import Faults, Place

Rule = Callable[[Any, Place], Faults]


def string(most: int, least: int = 1) -> Rule:
    """A string of `least` to `most` characters."""

    def rule(value: Any, place: Place) -> Faults:
        if not isinstance(value, str):
            yield place.fault("invalid_type", "must be a string", type="type", expected="string")
        elif len(value) > most:
            message = f"must be less than {most + 1} characters"
            yield place.fault("failed_constraint", message, type="max_length", expected=most, got=len(value))
        elif len(value) < least:
            message = f"must be more than {least - 1} characters"
            yield place.fault("failed_constraint", message, type="min_length", expected=least, got=len(value))

    return rule


def link(most: int, schemes: tuple[str, ...] = ()) -> Rule:
    """A URL of at most `most` characters, with one of the schemes when any are named."""
    within = string(most)

    def rule(value: Any, place: Place) -> Faults:
        found = list(within(value, place))
        yield from found
        if not found and not _has_scheme(value, schemes):
            yield place.fault("failed_constraint", "must be a valid URL", type="format", expected="url")

    return rule


def _has_scheme(value: str, schemes: tuple[str, ...]) -> bool:
    scheme, colon, rest = value.partition(":")
    return bool(colon and rest and scheme) and (not schemes or scheme.lower() in schemes)


def choice(*allowed: Any) -> Rule:
    """One of the values listed."""

    def rule(value: Any, place: Place) -> Faults:
        if not any(type(value) is type(one) and value == one for one in allowed):
            words = ", ".join(map(str, allowed))
            message = f"must be one of: {words}"
            yield place.fault("failed_constraint", message, type="enum", expected=list(allowed))

    return rule


def flag(value: Any, place: Place) -> Faults:
    """True or false."""
    if not isinstance(value, bool):
        yield place.fault("invalid_type", "must be a boolean", type="type", expected="boolean")


def whole(least: int, most: int) -> Rule:
    """A whole number within bounds."""

    def rule(value: Any, place: Place) -> Faults:
        if isinstance(value, bool) or not isinstance(value, int):
            yield place.fault("invalid_type", "must be an integer", type="type", expected="integer")
        elif not least <= value <= most:
            message = f"must be between {least} and {most}"
            yield place.fault("failed_constraint", message, type="range", expected=[least, most])

    return rule


def number(value: Any, place: Place) -> Faults:
    """Any number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        yield place.fault("invalid_type", "must be a number", type="type", expected="number")


def items(rule: Rule, least: int, most: int) -> Rule:
    """A list of `least` to `most` items that each keep the rule."""

    def check(value: Any, place: Place) -> Faults:
        if not isinstance(value, list):
            yield place.fault("invalid_type", "must be an array", type="type", expected="array")
            return
        if len(value) > most:
            message = f"no more than {most} items allowed"
            yield place.fault("failed_constraint", message, type="max_items", expected=most, got=len(value))
        if len(value) < least:
            message = f"no fewer than {least} items allowed"
            yield place.fault("failed_constraint", message, type="min_items", expected=least, got=len(value))
        for index, one in enumerate(value):
            yield from rule(one, place / index)

    return check


def shape(
    required: Mapping[str, Rule],
    optional: Mapping[str, Rule] | None = None,
    *,
    any_of: tuple[str, ...] = (),
    one_of: tuple[str, ...] = (),
    also: Rule | None = None,
) -> Rule:
    """An object with these members and no others; a member that is null counts as absent.

    `any_of`: at least one of them must be there; `one_of`: exactly one; `also`: what no single member can tell.
    """
    known = {**required, **(optional or {})}

    def rule(value: Any, place: Place) -> Faults:
        if not isinstance(value, dict):
            yield place.fault("invalid_type", "must be an object", type="type", expected="object")
            return
        present = {name for name, one in value.items() if one is not None}
        for name in required:
            if name not in present:
                yield place.fault("missing_field", f"missing required field: {name}", type="required", expected=name)
        yield from _together(present, place, any_of, one_of)
        for name in value:
            if name not in known:
                message = f"invalid additional property: {name}"
                yield place.fault("unexpected_field", message, type="additional_property", got=str(name))
            elif name in present:
                yield from known[name](value[name], place / name)
        if also is not None:
            yield from also(value, place)

    return rule


def _together(present: set[Any], place: Place, any_of: tuple[str, ...], one_of: tuple[str, ...]) -> Faults:
    if any_of and not present.intersection(any_of):
        message = f"missing required field: one of {', '.join(any_of)}"
        yield place.fault("missing_field", message, type="any_of", expected=list(any_of))
    if one_of and len(present.intersection(one_of)) != 1:
        message = f"exactly one of {', '.join(one_of)} must be given"
        yield place.fault("failed_constraint", message, type="one_of", expected=list(one_of))


def variant(table: Mapping[str, Rule]) -> Rule:
    """An object whose "type" names the rule it must keep."""

    def rule(value: Any, place: Place) -> Faults:
        if not isinstance(value, dict):
            yield place.fault("invalid_type", "must be an object", type="type", expected="object")
            return
        kind = value.get("type")
        if not isinstance(kind, str) or kind not in table:
            message = f"unsupported type: {kind}" if isinstance(kind, str) else "missing required field: type"
            yield (place / "type").fault("unknown_type", message, type="enum", expected=sorted(table))
            return
        yield from table[kind](value, place)

    return rule


def only(table: Mapping[str, Rule], *kinds: str) -> Rule:
    """`variant`, limited to the kinds allowed here."""
    return variant({kind: table[kind] for kind in kinds})


def typed(kind: str) -> dict[str, Rule]:
    """The member every typed object begins with."""
    return {"type": choice(kind)}
