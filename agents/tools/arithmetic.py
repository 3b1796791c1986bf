"""Sums that code does: decimal arithmetic over a small language of numbers, operators and six functions."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow
from typing import Annotated

from pydantic import Field

from agents.ports import ToolContext, ToolResult
from agents.tools.captured import one_line
from agents.tools.faults import ToolFault

MAX_LENGTH = 500  # characters of an expression
MAX_DEPTH = 40  # brackets within brackets
MAX_POWER = 1000  # of an exponent
DIGITS = 34  # that are computed; 15 are shown

SIGNS = str.maketrans({"×": "*", "·": "*", "÷": "/", "−": "-", "–": "-", "\u00a0": " ", "\u202f": " "})
PERCENT_OF = re.compile(r"(\d(?:[\d.]*\d)?)\s*%\s*of\b", re.IGNORECASE)
PERCENT = re.compile(r"(\d(?:[\d.]*\d)?)\s*%(?=\s*(?:[-+*/),]|$))")  # 12% is a share unless a number follows


async def calculate(
    context: ToolContext,
    expression: Annotated[
        str,
        Field(
            max_length=MAX_LENGTH,
            description="No thousands separators; + - * / % ** ( ) and sum, min, max, avg, round, abs; 12% is 0.12.",
        ),
    ],
) -> ToolResult:
    """Computes an arithmetic expression exactly, e.g. "round((42.5 - 39) / 39 * 100, 1)" or "12% of 80"."""
    value, exact = evaluate(expression)
    text = f"{one_line(expression, MAX_LENGTH)} {'=' if exact else '≈'} {plain(value, DIGITS if exact else 15)}"
    return ToolResult(text, f"calculate: {one_line(text, 120)}")


def evaluate(expression: str) -> tuple[Decimal, bool]:
    """The value, and whether it is exact. Raises ToolFault with one sentence."""
    arithmetic = Context(prec=DIGITS, Emax=999, Emin=-999, traps=[InvalidOperation, DivisionByZero, Overflow])
    text = _written_out(expression)
    try:
        value = _value(_parsed(text), text, arithmetic)
    except DivisionByZero as error:
        raise ToolFault("The expression divides by zero.") from error
    except (InvalidOperation, Overflow) as error:
        raise ToolFault("The expression has no result that can be written down.") from error
    return value, not arithmetic.flags[Inexact]


def plain(value: Decimal, digits: int = 15) -> str:
    """The number with at most so many digits, without an exponent where that is readable."""
    shape = Context(prec=digits, Emax=999, Emin=-999)
    value = shape.normalize(shape.create_decimal(value))
    return f"{value:f}" if -15 <= value.adjusted() <= digits else f"{value:E}"


def _written_out(expression: str) -> str:
    """The expression with signs as Python has them and each percentage as its hundredth."""
    text = " ".join(expression.translate(SIGNS).split())
    _look(text)
    return PERCENT.sub(r"(\1/100)", PERCENT_OF.sub(r"(\1/100)*", text))


def _parsed(text: str) -> ast.expr:
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise ToolFault("The expression cannot be read; write it with numbers, + - * / % ** and brackets.") from error


def _look(text: str) -> None:
    """What people often write and this language has not is told by name."""
    if not text:
        raise ToolFault("The expression is empty.")
    if len(text) > MAX_LENGTH:
        raise ToolFault(f"The expression is longer than {MAX_LENGTH} characters.")
    if "^" in text:
        raise ToolFault("Powers are written with **, not with ^.")
    if re.search("[$€£¥]", text):
        raise ToolFault("Write the numbers without currency signs.")
    if re.search(r"(?<![\w.])0\d|\d_\d|\d\w*j\b", text):
        raise ToolFault("Write the numbers as plain decimals, e.g. 7.5.")
    if _depth(text) > MAX_DEPTH:
        raise ToolFault(f"The expression has more than {MAX_DEPTH} brackets within brackets.")


def _depth(text: str) -> int:
    depth = deepest = 0
    for sign in text:
        depth += (sign == "(") - (sign == ")")
        deepest = max(deepest, depth)
    return deepest


def _value(node: ast.expr, text: str, c: Context) -> Decimal:
    match node:
        case ast.Constant(value=int() | float()) if not isinstance(node.value, bool):
            return c.create_decimal(ast.get_source_segment(text, node) or "")  # as written: a float has lost digits
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return c.minus(_value(inner, text, c))
        case ast.UnaryOp(op=ast.UAdd(), operand=inner):
            return _value(inner, text, c)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return OPERATORS[type(op)](c, _value(left, text, c), _value(right, text, c))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS:
            return FUNCTIONS[name](c, [_value(one, text, c) for one in _arguments(args)])
        case ast.Tuple():
            raise ToolFault("Write the numbers without thousands separators: 1234.5, not 1,234.5.")
        case _:
            raise ToolFault(f"The expression may use + - * / % ** and {', '.join(FUNCTIONS)} only.")


def _arguments(nodes: list[ast.expr]) -> list[ast.expr]:
    """What a function is given, one by one or as one list."""
    if len(nodes) == 1 and isinstance(nodes[0], ast.List | ast.Tuple):
        nodes = nodes[0].elts
    if not nodes:
        raise ToolFault("A function in the expression has nothing between its brackets.")
    return nodes


def _power(c: Context, base: Decimal, exponent: Decimal) -> Decimal:
    if abs(exponent) > MAX_POWER:
        raise ToolFault(f"Powers go up to {MAX_POWER}.")
    return c.power(base, exponent)


def _modulo(c: Context, left: Decimal, right: Decimal) -> Decimal:
    """The remainder with the sign of the divisor, as spreadsheets have it."""
    if not right:
        raise ToolFault("The expression divides by zero.")
    rest = c.remainder(left, right)
    return c.add(rest, right) if rest and (rest < 0) != (right < 0) else rest


def _sum(c: Context, values: list[Decimal]) -> Decimal:
    total = Decimal(0)
    for value in values:
        total = c.add(total, value)
    return total


def _average(c: Context, values: list[Decimal]) -> Decimal:
    return c.divide(_sum(c, values), Decimal(len(values)))


def _round(c: Context, values: list[Decimal]) -> Decimal:
    """Half goes away from zero, as people round."""
    places = int(values[1]) if len(values) == 2 and abs(values[1]) <= 30 else 0 if len(values) == 1 else None
    if places is None:
        raise ToolFault("round takes a number and up to 30 places.")
    return values[0].quantize(Decimal(1).scaleb(-places), rounding="ROUND_HALF_UP", context=Context(prec=2000))


def _abs(c: Context, values: list[Decimal]) -> Decimal:
    if len(values) != 1:
        raise ToolFault("abs takes one number.")
    return c.abs(values[0])


OPERATORS: dict[type[ast.operator], Callable[[Context, Decimal, Decimal], Decimal]] = {
    ast.Add: Context.add,
    ast.Sub: Context.subtract,
    ast.Mult: Context.multiply,
    ast.Div: Context.divide,
    ast.Mod: _modulo,
    ast.Pow: _power,
}
FUNCTIONS: dict[str, Callable[[Context, list[Decimal]], Decimal]] = {
    "sum": _sum,
    "min": lambda c, values: min(values),
    "max": lambda c, values: max(values),
    "avg": _average,
    "round": _round,
    "abs": _abs,
}
