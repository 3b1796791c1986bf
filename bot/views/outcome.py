"""The delivered result: opening, each deliverable in full, and the receipt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from agents.domain.artifact import Artifact
from agents.ports import File, Told
from agents.tools import exports
from bot.views import words
from bot.views.marks import Numbers, lines, without
from bot.views.post import Block, Post, bullets, context, header, markdown, section, table
from bot.views.text import escape
from bot.views.work import item

MESSAGE = 6000  # characters of Markdown up to which a text is posted as a message; longer ones become a document


@dataclass(frozen=True)
class Attached:
    """A file that goes with a deliverable."""

    name: str
    title: str
    content: bytes


@dataclass(frozen=True)
class Delivery:
    """One deliverable: as a post, as a document for those who want it whole, and as files."""

    title: str
    post: Post
    document: str  # Markdown, complete with sources
    long: bool  # better as a document than as messages
    files: tuple[Attached, ...] = ()


def opening(file: File) -> Post:
    """The manager's words."""
    assert file.plan and file.result
    numbers = Numbers(file)
    blocks: list[Block] = [header(f"Delivered: {file.plan.title}"), markdown(numbers.text(file.result.summary))]
    if file.result.caveats:
        blocks.append(section(f"*Before you rely on it*\n{bullets(map(numbers.text, file.result.caveats))}"))
    if notes := lines(numbers.references()):
        blocks.append(markdown("**Sources**\n" + "\n".join(notes), _hosts(file)))
    return Post(f"Delivered: {file.plan.title}", blocks)


def deliverable(file: File, task: str, now: datetime) -> Delivery:
    """The accepted work of a task, in every form in which it can be handed over."""
    artifact = file.tasks[task].artifact
    assert artifact
    text = document(file, artifact)
    long = artifact.kind == "text" and len(text) > MESSAGE
    post = Post(f"Deliverable: {artifact.title}", _blocks(file, artifact))
    return Delivery(artifact.title, post, text, long, attachments(file, task, artifact, now))


def _blocks(file: File, artifact: Artifact) -> list[Block]:
    numbers = Numbers(file)
    blocks: list[Block] = [header(artifact.title)]
    if artifact.kind == "table":
        blocks.append(table(artifact.columns, [[numbers.text(cell) for cell in row] for row in artifact.rows]))
    elif artifact.kind == "items":
        blocks += [item(one, numbers) for one in artifact.items]
    else:
        blocks.append(markdown(numbers.text(artifact.text), _hosts(file)))
    if notes := lines(numbers.references()):
        blocks.append(markdown("**Sources**\n" + "\n".join(notes), _hosts(file)))
    return blocks


def document(file: File, artifact: Artifact) -> str:
    """The work as one Markdown document with numbered marks and the sources behind them."""
    numbers = Numbers(file)
    body = _body(artifact, numbers)
    titled = body.lstrip("# ").startswith(artifact.title)
    parts = [body] if titled else [f"# {artifact.title}", body]
    if notes := lines(numbers.references()):
        parts.append("## Sources\n\n" + "\n".join(notes))
    return "\n\n".join(parts) + "\n"


def _body(artifact: Artifact, numbers: Numbers) -> str:
    if artifact.kind == "table":
        return _markdown_table(artifact.columns, [[numbers.text(cell) for cell in row] for row in artifact.rows])
    if artifact.kind == "items":
        return "\n\n".join(
            f"## {number}. {one.label or 'Piece'}\n\n{numbers.text(one.text)}"
            for number, one in enumerate(artifact.items, 1)
        )
    return numbers.text(artifact.text)


def _markdown_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"

    return "\n".join([line(columns), line(["---"] * len(columns)), *map(line, rows)])


def attachments(file: File, task: str, artifact: Artifact, now: datetime) -> tuple[Attached, ...]:
    """CSV for tables, and an ICS besides when the rows are days."""
    if artifact.kind != "table":
        return ()
    rows = [[without(cell) for cell in row] for row in artifact.rows]
    name = slug(artifact.title)
    found = [Attached(f"{name}.csv", f"{artifact.title} (CSV)", exports.to_csv(artifact.columns, rows))]
    if events := _events(artifact.columns, rows):
        ics = exports.to_ics(events, artifact.title, f"{file.mission.id}-{task}", now)
        found.append(Attached(f"{name}.ics", f"{artifact.title} (calendar file)", ics))
    return tuple(found)


def _events(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[tuple[date, str, str]]:
    """(day, summary, description) for each row, or nothing when the first date column does not hold days."""
    place = next((n for n, column in enumerate(columns) if column.casefold() == "date"), 0)
    events: list[tuple[date, str, str]] = []
    for row in rows:
        try:
            day = date.fromisoformat(row[place])
        except ValueError:
            return []
        rest = [(c, cell) for c, cell in zip(columns, row, strict=True) if c != columns[place] and cell]
        told = [(c, cell) for c, cell in rest if c.casefold() not in ("weekday", "day", "week", "iso week")]
        text = "\n".join(f"{column}: {cell}" for column, cell in told)
        events.append((day, " · ".join(cell for _, cell in told[:2]) or "Entry", text))
    return events


def slug(title: str) -> str:
    """A file name: lower case, words joined by hyphens."""
    letters = "".join(c.lower() if c.isalnum() and c.isascii() else "-" for c in title)
    return "-".join(part for part in letters.split("-") if part)[:60] or "deliverable"


def receipt(file: File, told: Sequence[Told]) -> Post:
    """What it took, who did it, what was checked and what was not."""
    assert file.plan
    done = [record for record in file.tasks.values() if record.state == "accepted"]
    rework = sum(type(one.event).__name__ == "ReworkAsked" for one in told)
    seconds = (told[-1].at - told[0].at).total_seconds() if told else 0
    facts = [
        f"*Work:* {len(done)} of {len(file.plan.tasks)} tasks accepted, {rework} sent back for rework",
        f"*Time:* {words.minutes(seconds)} from request to delivery, waiting for people included",
        f"*Used:* {words.spent(file.spent)}",
        f"*{words.evidence(file)}*",
        "*Approved:* " + _people(file),
    ]
    meaning = (
        "“traced” means: the quote and its figures are in the source, nobody has judged the meaning; "
        "“verified” means: the sceptic found support in a source by itself. Unmarked sentences were not checked."
    )
    return Post("Receipt", [section(":receipt: *Receipt*\n" + "\n".join(facts)), context(meaning)])


def _people(file: File) -> str:
    """Who decided what at which checkpoint."""
    made = [(gate.kind, gate.decision) for gate in file.gates if gate.decision]
    return "; ".join(f"{kind} {escape(decision.choice)} by <@{decision.user}>" for kind, decision in made) or "nobody"


def _hosts(file: File) -> frozenset[str]:
    """Hosts of the sources that were read; only these may be links."""
    found = [s.source.split("/")[2] for s in file.snapshots.values() if s.source.startswith(("https://", "http://"))]
    return frozenset(host.split("@")[-1].split(":")[0].lower() for host in found)
