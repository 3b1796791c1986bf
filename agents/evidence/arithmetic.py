"""Sums that claims offer for their figures, worked out again from figures that stand in the evidence."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, DivisionByZero, InvalidOperation, Overflow
from itertools import combinations

from agents.domain.figures import Figure, read, supported

_LONGEST = 400  # characters of an expression
_POWER = 12  # the highest exponent
_LARGEST = Decimal(10) ** 30

_OPERATORS: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: lambda left, right: left + right,
    ast.Sub: lambda left, right: left - right,
    ast.Mult: lambda left, right: left * right,
    ast.Div: lambda left, right: left / right,
    ast.Pow: lambda left, right: left**right,
}
_SIGNS = str.maketrans({"×": "*", "·": "*", "÷": "/", "−": "-", "–": "-", "[": "(", "]": ")", "^": "\N{NULL}"})
# A number as people write it in a sum. A hyphen between two is a minus, so it never belongs to the number.
_NUMBER = re.compile(
    r"(?:US\$|[$€£¥])? ?\d[\d,]*(?:\.\d+)?(?: ?(?:thousand|million|billion|trillion|bn|mn|k|m)\b)?"
    r"(?: ?(?:%|percent\b|USD\b|EUR\b|GBP\b|CHF\b|dollars\b|euros\b))?",
    re.I,
)
_STEPS = (Decimal(1), Decimal(100))  # structure of a sum, not evidence: 1 + growth, times 100 for per cent


class NoSum(Exception):
    """The expression is not a sum that can be worked out."""


@dataclass(frozen=True)
class Sum:
    """What an expression comes to, and the figures in it that stand nowhere in the evidence."""

    value: Decimal
    unknown: tuple[str, ...]


@dataclass(frozen=True)
class _Part:
    """A piece of the sum: its value, and how many figures of the evidence went into it."""

    value: Decimal
    figures: int


def work_out(expression: str, evidence: Sequence[Figure]) -> Sum:
    """Works the expression out over figures of the evidence. Raises NoSum when it is not plain arithmetic."""
    if len(expression) > _LONGEST:
        raise NoSum(f"The expression is longer than {_LONGEST} characters.")
    named: dict[str, Figure] = {}
    try:
        tree = ast.parse(_with_names(expression.partition("=")[0].translate(_SIGNS), named).strip(), mode="eval")
        worked = _Worked(named, evidence)
        part = worked.part(tree.body)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise NoSum(f"The expression {expression!r} is not a sum.") from error
    except (DivisionByZero, InvalidOperation, Overflow) as error:
        raise NoSum(f"The expression {expression!r} has no value, for example because it divides by zero.") from error
    if not part.figures and not worked.unknown:
        raise NoSum(f"The expression {expression!r} uses no figure of the evidence.")
    return Sum(part.value, tuple(worked.unknown))


def _with_names(expression: str, named: dict[str, Figure]) -> str:
    """The expression with a name in place of every number, and the numbers under their names."""

    def name(match: re.Match[str]) -> str:
        figure = next(iter(read(match[0])), None)
        if figure is None:
            raise NoSum(f"{match[0]!r} in the expression is not a figure.")
        key = f"_{len(named)}"
        named[key] = figure
        return f" {key} "

    return _NUMBER.sub(name, expression.replace("\N{NULL}", "**"))


class _Worked:
    """One walk through a sum."""

    def __init__(self, named: dict[str, Figure], evidence: Sequence[Figure]) -> None:
        self._named = named
        self._evidence = evidence
        self.unknown: list[str] = []

    def part(self, node: ast.expr, divides: int = 0) -> _Part:
        """The value of a node. `divides`: how many figures stand above it when it is the lower half of a fraction."""
        if isinstance(node, ast.Name) and node.id in self._named:
            return self._number(self._named[node.id], divides)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            inner = self.part(node.operand)
            return inner if isinstance(node.op, ast.UAdd) else _Part(-inner.value, inner.figures)
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            return self._operation(node)
        raise ValueError("not arithmetic")

    def _operation(self, node: ast.BinOp) -> _Part:
        left = self.part(node.left)
        right = self.part(node.right, left.figures if isinstance(node.op, ast.Div) else 0)
        if isinstance(node.op, ast.Pow) and abs(right.value) > _POWER:
            raise ValueError("too high a power")
        value = _OPERATORS[type(node.op)](left.value, right.value)
        if abs(value) > _LARGEST:
            raise ValueError("too large")
        return _Part(value, left.figures + right.figures)

    def _number(self, figure: Figure, divides: int) -> _Part:
        meant = _meant(figure, self._evidence)
        if meant is not None:
            return _Part(meant, 1)
        mean = divides > 1 and figure.values[0] == divides  # the number of figures that an average is taken over
        if not mean and figure.values[0] not in _STEPS:
            self.unknown.append(figure.text)
        return _Part(figure.values[0], 0)


def _meant(figure: Figure, evidence: Sequence[Figure]) -> Decimal | None:
    """The value of a figure that the evidence bears; None when it does not.

    A sum may leave out what its figures share: 984 for 984 million, 0.39 for 39 %.
    """
    value = figure.values[0]
    if supported(figure, evidence):
        return value / 100 if figure.unit == "%" else value
    for other in evidence:
        if other.kind == "number" and other.mantissa == value and other.scales != (1,):
            return other.values[0]
        if other.unit == "%" and other.values[0] == value * 100:
            return value
    return None


def states(claim_figures: Sequence[Figure], value: Decimal) -> Figure | None:
    """The figure of a claim that is this result, rounded or not, as a share or in per cent; None when there is none."""
    for figure in claim_figures:
        percent = figure.unit in ("%", "pp")
        results = (abs(value), abs(value) * 100) if percent else (abs(value),)
        if any(supported(figure, [_bare(result)]) for result in results):
            return figure
    return None


def _bare(value: Decimal) -> Figure:
    return Figure(str(value), 0, 0, "number", value, places=max(0, -int(value.as_tuple().exponent)))


# ---- sums that a claim states without writing them down ----

_ADDS = re.compile(r"\b(?:total\w*|together|combined|sum|altogether|in all|overall|jointly|both|aggregate\w*)\b", re.I)
_COMPARES = re.compile(
    r"\b(?:difference|gap|more|less|fewer|lead|ahead|behind|margin|increase\w*|decrease\w*|grew|growth|rose|rise|fell|up|down"
    r"|higher|lower|change\w*|gain\w*|drop\w*|declin\w*|larger|smaller|exceed\w*)\b",
    re.I,
)
_DIVIDES = re.compile(r"\b(?:times|ratio|fold|per|share|average|mean|averaging|each|of the total)\b|\bof\b", re.I)
_MOST = 10  # figures of the evidence over which sums are tried


def derivation(figure: Figure, claim: str, evidence: Sequence[Figure]) -> str | None:
    """The sum over the evidence that gives a figure of a claim, where the claim says that it is one; else None.

    Only totals, differences, averages, ratios and changes of figures that go together: whatever takes more has to be
    offered as a computed claim with its expression.
    """
    numbers = list({(f.values[0], f.unit): f for f in evidence if f.kind == "number" and f.firm}.values())
    if figure.kind != "number" or not 2 <= len(numbers) <= _MOST:
        return None
    wanted = replace(figure, unit="")
    for text, value in _sums(figure, claim, numbers):
        if supported(wanted, [_bare(value)]):
            return f"{text} = {figure.text}"
    return None


def _sums(figure: Figure, claim: str, numbers: Sequence[Figure]) -> Iterator[tuple[str, Decimal]]:
    alike = [f for f in numbers if f.unit == ("%" if figure.unit == "pp" else figure.unit)]
    if _ADDS.search(claim) and len(alike) > 1:
        yield _joined(alike, " + "), sum((f.values[0] for f in alike), Decimal(0))
        for pair in combinations(alike, 2):
            yield _joined(pair, " + "), pair[0].values[0] + pair[1].values[0]
    if _DIVIDES.search(claim) and len(alike) > 1:
        total = sum((f.values[0] for f in alike), Decimal(0))
        yield f"({_joined(alike, ' + ')}) / {len(alike)}", total / len(alike)
    for one, two in combinations(numbers, 2):
        if one.unit == two.unit:
            yield from _between(figure, claim, one, two)


def _between(figure: Figure, claim: str, one: Figure, two: Figure) -> Iterator[tuple[str, Decimal]]:
    low, high = sorted((one, two), key=lambda f: abs(f.values[0]))
    small, large = low.values[0], high.values[0]
    compares = bool(_COMPARES.search(claim))
    if compares and figure.unit != "%" and figure.unit == ("pp" if one.unit == "%" else one.unit):
        yield f"{high.text} - {low.text}", large - small
    if not small or figure.unit not in ("", "%"):
        return
    if figure.unit == "%":
        if compares:
            yield f"({high.text} - {low.text}) / {low.text}", (large - small) / small * 100
            yield f"({high.text} - {low.text}) / {high.text}", (large - small) / large * 100
        if _DIVIDES.search(claim):
            yield f"{low.text} / {high.text}", small / large * 100
    elif _DIVIDES.search(claim):
        yield f"{high.text} / {low.text}", large / small


def _joined(numbers: Sequence[Figure], sign: str) -> str:
    return sign.join(f.text for f in numbers)
