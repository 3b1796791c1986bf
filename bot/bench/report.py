"""What was measured, for people: tables of plain text with what they mean beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.bench import natural
from bot.bench.cases import V1
from bot.bench.measures import Measures
from bot.bench.quotes import Tried
from bot.bench.study import Found
from bot.bench.targets import Target

Cells = Sequence[object]
SHOWN = 10  # cases named one by one

LEGEND = (
    "escape: false claims, origins and carriers alike, that the person is shown as traced or verified; macro: the mean",
    "over types of fault. true blocked: true claims that a rule stopped. warned: true claims shown as unverified or",
    "contested. sure: true claims shown as traced or verified. root: doubted false claims led back to where the",
    "falsehood entered. held: carriers that do not reach the person as fact. Calls, tokens and ms: of one mission.",
    "A0 to A2 are stand-ins of our own and say nothing about any product.",
)


def text(found: Found, targets: Sequence[Target]) -> str:
    """The whole report."""
    return "\n".join(line for part in _parts(found, targets) for line in (*part, ""))


def _parts(found: Found, targets: Sequence[Target]) -> Iterator[list[str]]:
    yield _head(found)
    yield [*table("Arms", *_arms(found)), *LEGEND]
    yield table("Escape by type of fault", *_types(found))
    if found.alone.traps:
        yield table("True claims that look false, shown as traced or verified", *_traps(found))
    if found.assumed:
        yield table("Sensitivity: an assumed sceptic, which is no result", *_sensitivity(found.assumed))
    if found.real:
        yield _real(found.real)
    if found.quotes:
        yield table("Quotes over the sources of the cases: share accepted", *_quotes(found.quotes))
    if found.natural_quotes:
        yield table("Quotes over natural pages: share accepted", *_quotes(found.natural_quotes))
    yield from _natural(found)
    yield table("Seconds", ("part", "seconds"), [(name, f"{took:.1f}") for name, took in found.seconds.items()])
    yield from _remarks(found)
    missed = [target for target in targets if not target.met]
    yield [f"Targets: {len(targets) - len(missed)} of {len(targets)} met.", *(f"Missed: {one}." for one in missed)]


def _head(found: Found) -> list[str]:
    cases = found.asked.cases
    false = sum(len(case.false) for case in cases)
    claims = sum(len(case.claims) for case in cases)
    how = "by the ledger alone" if found.asked.ledger_only else "by the department and by the ledger alone"
    return [
        f"{len(cases)} missions with {claims} claims, {false} of them false; played {how}; seed {found.asked.seed}."
    ]


def _arms(found: Found) -> tuple[Cells, Sequence[Cells]]:
    heads = "arm escape macro-v1 macro-v2 true-blocked warned sure root held extra-calls tokens rework ms".split()
    return [head.replace("-", " ") for head in heads], [_arm(one) for one in found.arms]


def _arm(one: Measures) -> Cells:
    false = (rate(one.escape), rate(one.macro_v1), rate(one.macro_v2))
    true = (one.clean_blocked, rate(one.clean_warned), rate(one.clean_sure))
    cost = (number(one.extra_calls), number(one.tokens, 0), number(one.rework))
    return (one.name, *false, *true, rate(one.rooted), rate(one.quarantined), *cost, number(one.ms or None, 1))


def _types(found: Found) -> tuple[Cells, Sequence[Cells]]:
    shown = [*found.surface[1:], found.alone, *([found.department] if found.department else []), *found.assumed[2:3]]
    rows: list[Cells] = [
        (type, sum(row.type == type for row in found.alone.false), *(rate(one.by_type.get(type)) for one in shown))
        for type in found.alone.by_type
    ]
    for name, types in (("macro v1", [t for t in found.alone.by_type if t in V1]), ("macro v2", _later(found.alone))):
        if types:
            rows.append((name, "", *(rate(one.macro(types)) for one in shown)))
    return ("type", "claims", *(one.name for one in shown)), rows


def _later(one: Measures) -> list[str]:
    return [type for type in one.by_type if type not in V1]


def _traps(found: Found) -> tuple[Cells, Sequence[Cells]]:
    shown = [found.surface[1], found.alone, *([found.department] if found.department else [])]
    rows = [(trap, *(rate(one.traps.get(trap)) for one in shown)) for trap in found.alone.traps]
    return ("trap", *(one.name for one in shown)), rows


def _sensitivity(found: Sequence[Measures]) -> tuple[Cells, Sequence[Cells]]:
    heads = (
        "recall and false alarms",
        "escape",
        "macro v1",
        "macro v2",
        "warned",
        "sure",
        "calls",
        "allowed",
        "tokens",
    )
    rows = [
        (
            *(one.name, rate(one.escape), rate(one.macro_v1), rate(one.macro_v2), rate(one.clean_warned)),
            *(rate(one.clean_sure), one.sceptic_calls, one.sceptic_allowed, number(one.tokens, 0)),
        )
        for one in found
    ]
    return [head.replace("-", " ") for head in heads], rows


def _real(one: Measures) -> list[str]:
    asked = sum(len(outcome.asked) for outcome in one.outcomes)
    return [
        f"{one.name} as sceptic: recall {rate(one.recall)}, false alarms {rate(one.alarm)} over {asked} claims put "
        f"before it; escape {rate(one.escape)}, {one.sceptic_calls} calls where {one.sceptic_allowed} are allowed."
    ]


def _quotes(found: Sequence[Tried]) -> tuple[Cells, Sequence[Cells]]:
    rows = [(one.sort, one.count, rate(one.raw / one.count), rate(one.rate)) for one in found]
    return ("sort", "n", "letter by letter", "by Baton"), rows


def _natural(found: Found) -> Iterator[list[str]]:
    if not found.digits:
        yield [natural.ABSENT]
        return
    heads = ("set", "precision", "recall", "false alarms")
    rows = [(one.set, rate(one.precision), rate(one.recall), rate(one.alarm_rate)) for one in found.digits]
    aim = "Aimed at on the development files: precision at least 0.960, false alarms at most 0.010."
    yield [*table("Natural claims: a figure that is not on the page", heads, rows), aim]
    heads = ("rules", "caught", "reach the human as traced", "supported claims flagged", "precision")
    rows = [
        (one.name, rate(one.recall), rate(1 - (one.recall or 0.0)), rate(one.alarm_rate), rate(one.precision))
        for one in found.together
    ]
    title = "Natural claims that people found unsupported, through rules alone"
    yield [*table(title, heads, rows), "Rules alone do not solve misreading; that is what the sceptic is for."]


def _remarks(found: Found) -> Iterator[list[str]]:
    if found.asked.ledger_only:
        yield ["The sceptic's table needs the department: leave out --ledger-only."]
    faults = [fault for one in found.arms for fault in one.faults]
    if faults:
        yield [f"{len(faults)} cases could not be played:", *_some(faults)]
    if apart := found.disagreements:
        yield [f"The department and the ledger alone differ about {len(apart)} claims:", *_some(apart)]


def _some(lines: Sequence[str]) -> list[str]:
    more = len(lines) - SHOWN
    return [*(f"  {line}" for line in lines[:SHOWN]), *([f"  and {more} more"] if more > 0 else [])]


def table(title: str, heads: Cells, rows: Sequence[Cells]) -> list[str]:
    """Rows in columns as wide as they need to be; the first to the left, figures to the right."""
    cells = [[*map(str, heads)], *([*map(str, row)] for row in rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(heads))]
    return [title, *(_line(row, widths) for row in cells)]


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(row, widths, strict=True)
    right = [f"{cell:>{width}}" for cell, width in others]
    return "  " + "  ".join([f"{first[0]:<{first[1]}}", *right]).rstrip()


def rate(value: float | None) -> str:
    """A share, or a dash where there is nothing to have a share of."""
    return "–" if value is None else f"{value:.3f}"


def number(value: float | None, places: int = 2) -> str:
    return "–" if value is None else f"{value:.{places}f}"
