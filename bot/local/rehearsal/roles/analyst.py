"""Sets subjects side by side: a table of figures, strengths and weaknesses out of claims, and what is missing."""

from collections import Counter
from dataclasses import dataclass

from agents.contracts import ClaimDraft, HandOver
from bot.local.rehearsal import choosing, language, passages, subjects
from bot.local.rehearsal.answers import Call
from bot.local.rehearsal.asks import Ask
from bot.local.rehearsal.findings import Finding, Pool
from bot.local.rehearsal.reading import Exchange, arguments
from bot.local.rehearsal.roles.notice import NOTICE
from bot.local.rehearsal.subjects import Reading

MOST_COLUMNS = 5


@dataclass(frozen=True)
class Cell:
    """A figure of one subject with the claim that carries it."""

    finding: Finding
    reading: Reading

    def shown(self) -> str:
        return f"{subjects.shown(self.reading.figure)} {self.finding.mark}{self.finding.doubt}"


@dataclass(frozen=True)
class Comparison:
    """The figures of all subjects by aspect; several where sources disagree."""

    names: tuple[str, ...]
    aspects: tuple[str, ...]
    cells: dict[tuple[str, str], list[Cell]]

    def of(self, name: str, aspect: str) -> list[Cell]:
        return self.cells.get((name, aspect), [])


def compared(pool: Pool, wanted: frozenset[str] = frozenset()) -> Comparison:
    """Aspects that at least two subjects have figures of: those of the wanted words first, then the most common."""
    cells: dict[tuple[str, str], list[Cell]] = {}
    for finding in pool.findings:
        for reading in finding.readings:
            if reading.subject in pool.cast.names:
                cells.setdefault((reading.subject, reading.aspect), []).append(Cell(finding, reading))
    common = Counter(aspect for _, aspect in cells)
    shared = [aspect for aspect, count in common.most_common() if count > 1 and aspect != "Percentage"]
    if any(aspect.startswith("Price per") for aspect in shared):
        shared = [aspect for aspect in shared if aspect != "Price"]  # prices of packs of any size do not compare
    order = {one.label: place for place, one in enumerate(subjects.ASPECTS)}
    aspects = sorted(
        shared, key=lambda one: (not _asked(one, wanted), -common[one], order.get(one.split(" per ")[0], 99))
    )
    known = [one for one in aspects if one.split(" per ")[0] in order]
    return Comparison(pool.cast.names, tuple((known if len(known) > 2 else aspects)[:MOST_COLUMNS]), cells)


def _asked(label: str, wanted: frozenset[str]) -> bool:
    """Whether the wanted words name the aspect, by its label or by one of its words."""
    stems = next((one.stems for one in subjects.ASPECTS if label.startswith(one.label)), frozenset[str]())
    return bool(wanted & (stems | set(language.terms(label))))


def next_calls(exchange: Exchange, ask: Ask, pool: Pool) -> list[Call]:
    """One sum for the calculator: how far the ends of the first comparable aspect are apart."""
    gap = _gap(compared(pool, ask.asked))
    if not gap or "calculate" not in exchange.tools or exchange.used("calculate"):
        return []
    return [Call("calculate", arguments(exchange.tools["calculate"], expression=_expression(*gap)))]


def _gap(table: Comparison) -> tuple[Cell, Cell] | None:
    """The highest and the lowest undoubted price, or the first other aspect that has two different figures."""
    by_price = sorted(table.aspects, key=lambda one: not one.startswith("Price"))
    for aspect in by_price:
        cells = [found[0] for name in table.names if (found := table.of(name, aspect)) and not found[0].finding.doubted]
        cells = [cell for cell in cells if cell.reading.figure.unit != "year"]
        units = {cell.reading.figure.unit for cell in cells}
        values = [cell.reading.figure.value for cell in cells]
        if len(cells) > 1 and len(units) == 1 and max(values) > min(values):
            return cells[values.index(max(values))], cells[values.index(min(values))]
    return None


def _expression(high: Cell, low: Cell) -> str:
    return f"{high.reading.figure.written.replace(',', '')} - {low.reading.figure.written.replace(',', '')}"


def hand_over(exchange: Exchange, ask: Ask, pool: Pool, own: list[ClaimDraft]) -> HandOver:
    """The analysis. `own` are claims of this very work, which keep their numbers; conclusions follow them."""
    title, table = language.cut(ask.brief.title, 150), compared(pool, ask.asked)
    claims = list(own)
    parts = [f"# {title}", *_opening(ask, pool, table, claims)]
    parts += [_section("Comparison", _table(table) or _plain_table(pool)), *_gap_sentence(exchange, ask, table, claims)]
    told = set[str]()
    parts += [_section(name, _profile(name, pool, table, told)) for name in table.names]
    parts += _market(pool)
    gaps = _gaps(ask, pool, table)
    parts.append(
        _section("Gaps", "\n".join(f"- {gap}" for gap in gaps) or "- None was found in what the materials hold.")
    )
    doubted = sum(one.doubted for one in pool.findings)
    note = f"{NOTICE} {language.counted(len(table.names), 'subject').capitalize()} side by side"
    note += f", {language.counted(doubted, 'doubted claim')} named as such." if doubted else "."
    return HandOver(
        title=title,
        note=note,
        text="\n\n".join(parts),
        claims=claims,
        open_points=[gap for gap in gaps if "unknown" in gap],
    )


def _section(title: str, body: str) -> str:
    return f"## {title}\n\n{body}"


def _opening(ask: Ask, pool: Pool, table: Comparison, claims: list[ClaimDraft]) -> list[str]:
    """Who leads, as an inference from the figures it follows from."""
    for aspect in table.aspects:
        ranked = [(name, table.of(name, aspect)[0]) for name in table.names if table.of(name, aspect)]
        if len(ranked) < 2 or not subjects.better(aspect) or len({cell.reading.figure.unit for _, cell in ranked}) > 1:
            continue
        ranked.sort(key=lambda one: one[1].reading.figure.value, reverse=subjects.better(aspect) == "high")
        text = f"By {aspect.lower()} the order is {language.listing(name for name, _ in ranked)}"
        claims.append(
            ClaimDraft(text=f"{text}.", kind="inference", key=False, derived_from=[c.finding.id for _, c in ranked])
        )
        doubt = (
            " Some of these figures are contested; see the table." if any(c.finding.doubted for _, c in ranked) else ""
        )
        return [f"{text} [{ask.brief.task}.c{len(claims)}].{doubt}"]
    return [] if pool.findings else ["The materials hold no claims; what follows says what is missing."]


def _table(table: Comparison) -> str:
    if len(table.names) < 2 or not table.aspects:
        return ""
    rows = [["", *table.aspects]]
    for name in table.names:
        rows.append(
            [
                name,
                *("; ".join(cell.shown() for cell in _distinct(table.of(name, a))) or "unknown" for a in table.aspects),
            ]
        )
    return _markdown(rows)


def _distinct(cells: list[Cell]) -> list[Cell]:
    """Each different figure once: the same figure of two sources is one entry, a disagreement is two."""
    found: dict[float, Cell] = {}
    for cell in cells:
        found.setdefault(cell.reading.figure.value, cell)
    return list(found.values())[:2]


def _plain_table(pool: Pool) -> str:
    """Without subjects to compare: the findings with figures, by source."""
    told = [one for one in pool.findings if language.has_figure(one.text)][:12] or list(pool.findings[:8])
    rows = [
        ["Finding", "Source"],
        *(
            [f"{one.text.rstrip('.')} {one.mark}{one.doubt}", language.without_digits(one.source) or "unknown"]
            for one in told
        ),
    ]
    return _markdown(rows) if told else "There is nothing to compare: no claims came with the materials."


def _markdown(rows: list[list[str]]) -> str:
    safe = [[cell.replace("|", "/").replace("\n", " ") for cell in row] for row in rows]
    lines = [f"| {' | '.join(row)} |" for row in safe]
    return "\n".join([lines[0], f"|{' --- |' * len(rows[0])}", *lines[1:]])


def _gap_sentence(exchange: Exchange, ask: Ask, table: Comparison, claims: list[ClaimDraft]) -> list[str]:
    """The computed difference, as the calculator gave it."""
    gap = _gap(table)
    if not gap or not (used := exchange.used("calculate")):
        return []
    result = _result(used[-1].result)
    if not result:
        return []
    high, low = gap
    unit = high.reading.figure.unit
    amount = (
        f"{unit}{result}"
        if unit in ("€", "$", "£")
        else f"{result} percentage points"
        if unit == "%"
        else f"{result} {high.reading.figure.counted[0] if high.reading.figure.counted else ''}".strip()
    )
    both = f"{high.reading.subject} and {low.reading.subject}"
    text = f"Between {both} the difference in {high.reading.aspect.lower()} is {amount}"
    claims.append(
        ClaimDraft(
            text=f"{text}.",
            kind="computed",
            derived_from=[high.finding.id, low.finding.id],
            expression=_expression(high, low),
        )
    )
    return [f"{text} [{ask.brief.task}.c{len(claims)}]."]


def _result(text: str) -> str:
    """The number after the last sign of equality, or the only number."""
    figures = language.figures(text.rpartition("=")[2] if "=" in text else text)
    return figures[0].written if figures else ""


def _profile(name: str, pool: Pool, table: Comparison, told: set[str]) -> str:
    """Strengths, weaknesses and the rest, each with its mark; a finding about two subjects is told once."""
    strong, weak, used = [], [], set[str]()
    for aspect in table.aspects:
        standing = _standing(name, aspect, table)
        cell = _undoubted(name, aspect, table) if standing else None
        if cell:
            used.add(cell.finding.id)
            place = strong if standing == subjects.better(aspect) else weak
            place.append(
                f"{'Highest' if standing == 'high' else 'Lowest'} {aspect.lower()} of those compared: {cell.shown()}."
            )
    rest = [one for one in pool.about(name) if one.id not in used | told][:6]
    told |= {one.id for one in rest}
    lines = [f"- Strength: {one}" for one in strong] + [f"- Weakness: {one}" for one in weak]
    lines += [f"- {one.marked()}" for one in rest]
    return "\n".join(lines) or "- Unknown: no claim speaks of it that is not told above."


def _undoubted(name: str, aspect: str, table: Comparison) -> Cell | None:
    """The first figure that nobody doubts: a contested one makes neither a strength nor a weakness."""
    return next((cell for cell in table.of(name, aspect) if not cell.finding.doubted), None)


def _standing(name: str, aspect: str, table: Comparison) -> str:
    """ "high" or "low" when the subject stands alone at that end, by figures of one unit; "" in between."""
    cells = {other: _undoubted(other, aspect, table) for other in table.names}
    firsts = {other: cell.reading.figure for other, cell in cells.items() if cell}
    if (
        len(firsts) < 2
        or name not in firsts
        or not subjects.better(aspect)
        or len({f.unit for f in firsts.values()}) > 1
    ):
        return ""
    others = [figure.value for other, figure in firsts.items() if other != name]
    value = firsts[name].value
    return "high" if value > max(others) else "low" if value < min(others) else ""


def _market(pool: Pool) -> list[str]:
    """What is known about the field itself."""
    general = [one for one in pool.general() if language.has_figure(one.text)][:6]
    return (
        [_section("The field around them", "\n".join(f"- {one.marked()}" for one in general))]
        if general and pool.cast.names
        else []
    )


def _gaps(ask: Ask, pool: Pool, table: Comparison) -> list[str]:
    """Empty cells, names without a claim, contested figures."""
    gaps = [
        f"{aspect} of {language.listing(missing)}: unknown."
        for aspect in table.aspects
        if (missing := [name for name in table.names if not table.of(name, aspect)])
    ]
    wanted = [*ask.names, *ask.names_of("mentions")]
    gaps += [
        f"{name}: unknown; no claim speaks of it."
        for name in dict.fromkeys(wanted)
        if not any(name in one.text for one in pool.findings)
    ]
    gaps += [f"{one.text.rstrip('.')} {one.mark}: {one.status}." for one in pool.findings if one.doubted]
    return gaps[:12]


def table_hand_over(ask: Ask, pool: Pool, own: list[ClaimDraft]) -> HandOver:
    """The comparison, or the findings, as a table of its own."""
    table = compared(pool, ask.asked)
    if len(table.names) > 1 and table.aspects:
        columns = ["Subject", *table.aspects]
        rows = [
            [n, *("; ".join(c.shown() for c in _distinct(table.of(n, a))) or "unknown" for a in table.aspects)]
            for n in table.names
        ]
    else:
        columns, rows = listed(ask, pool)
    named = ask.names_of("columns")
    columns, rows = _as_named(columns, rows, named) if named else (columns, rows)
    rows = rows or [["unknown"] * len(columns)]
    said = " ".join(" ".join(row) for row in rows).casefold()
    absent = [name for name in ask.names_of("mentions") if name.casefold() not in said]
    rows += [[f"{name}: nothing was found", *["unknown"] * (len(columns) - 1)] for name in absent]
    points = [] if pool.findings else [f"Nothing was found on {language.without_digits(ask.topic)}."]
    note = f"{NOTICE} A table of {language.counted(len(rows), 'row')}."
    return HandOver(
        title=language.cut(ask.brief.title, 150), note=note, columns=columns, rows=rows, claims=own, open_points=points
    )


def listed(ask: Ask, pool: Pool) -> tuple[list[str], list[list[str]]]:
    """The findings as rows: a source's own table where it answers, with dates in front where they are asked for."""
    own = _own_table(ask, pool)
    if own:
        return own
    if choosing.asks_for_dates(ask.primary):
        dated = [(passages.date_in(one.text), one) for one in pool.findings]
        rows = [[date, *_told(one)] for date, one in dated if date]
        if rows:
            return ["Date", "What", "Source"], rows
    near = choosing.on(pool.findings, ask.primary) or list(pool.findings)
    return ["Finding", "Source"], [_told(one) for one in near]


def _told(one: Finding) -> list[str]:
    return [f"{one.text.rstrip('.')} {one.mark}{one.doubt}", passages.label(one.source)]


def _own_table(ask: Ask, pool: Pool) -> tuple[list[str], list[list[str]]] | None:
    """The rows of the best fitting table of a source, those alone whose cells hold most of what is asked."""
    tables: dict[tuple[str, ...], list[tuple[int, Finding]]] = {}
    for one in pool.findings:
        cells = choosing.fields(one)
        fit = len(choosing.shared(ask.primary, " ".join(cells.values())))
        tables.setdefault((one.source, *cells), []).append((fit, one)) if cells else None
    asked = {key: len(choosing.shared(ask.primary, " ".join(key))) for key in tables}
    fitting = [key for key in tables if len(tables[key]) > 1 and (asked[key] or any(fit for fit, _ in tables[key]))]
    if not fitting:
        return None
    key = max(fitting, key=lambda one: (asked[one] + max(fit for fit, _ in tables[one]), len(tables[one])))
    best = max(fit for fit, _ in tables[key])
    rows = [one for fit, one in tables[key] if fit == best]
    return list(key[1:]), [_cells(one) for one in rows]


def _cells(one: Finding) -> list[str]:
    first, *rest = choosing.fields(one).values()
    return [f"{first} {one.mark}{one.doubt}", *rest]


def _as_named(columns: list[str], rows: list[list[str]], named: list[str]) -> tuple[list[str], list[list[str]]]:
    """The rows under the headings asked for: a column of like name, else the next unused one, else "unknown"."""
    free = [place for place, column in enumerate(columns) if not any(_alike(column, name) for name in named)]
    places: list[int | None] = []
    for name in named:
        same = next((place for place, column in enumerate(columns) if _alike(column, name)), None)
        places.append(same if same is not None else free.pop(0) if free else None)
    return named, [[row[place] if place is not None else "unknown" for place in places] for row in rows]


def _alike(column: str, name: str) -> bool:
    return bool(set(language.terms(column)) & set(language.terms(name)))
