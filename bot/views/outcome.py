"""The delivered result: opening, each deliverable in full, and the receipt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import accumulate

from agents.domain.artifact import Artifact
from agents.domain.events import ResultEdited
from agents.domain.mission import Decision
from agents.ports import File, Told
from agents.tools import exports
from bot.views import costs, standing, words
from bot.views.actions import Action
from bot.views.costs import Account
from bot.views.evidence import MEANING, SHOWN
from bot.views.gates import CHOICE
from bot.views.links import is_allowed
from bot.views.marks import Numbers, Reference, lines, without
from bot.views.post import Block, Post, actions, bullets, button, context, header, markdown, section, sections, table
from bot.views.sources import source_hosts
from bot.views.text import escape, safe_markdown, short
from bot.views.work import item, preview

MESSAGE = 6000  # characters of Markdown up to which a text is posted as a message; longer ones become a document
LINE = 2900  # characters of a line of sources
ROWS = 15  # rows up to which a table is posted as a message


@dataclass(frozen=True)
class Attached:
    """A file that goes with a deliverable."""

    name: str
    title: str
    content: bytes


@dataclass(frozen=True)
class Delivery:
    """One deliverable: complete as messages, in short with a way to all of it, as a document, and as files."""

    title: str
    post: Post  # complete; its sources in one line, with a button to their quotes
    lead: Post  # the beginning, for where a document holds the whole
    whole: Post  # complete with every quote, for where there are neither documents nor windows
    document: str  # Markdown, complete with every quote
    long: bool  # better as a document than as messages
    files: tuple[Attached, ...] = ()


def opening(file: File) -> Post:
    """The manager's words. The quotes behind its figures stand with the deliverables."""
    assert file.plan and file.result
    blocks: list[Block] = [header(f"Delivered: {file.plan.title}")]
    blocks.append(markdown(Numbers(file).text(file.result.summary)))
    if file.result.caveats:
        blocks.append(section(f"*Before you rely on it*\n{bullets(map(without, file.result.caveats))}"))
    return Post(f"Delivered: {file.plan.title}", blocks)


def deliverable(file: File, task: str, now: datetime) -> Delivery:
    """The accepted work of a task, in every form in which it can be handed over."""
    record = file.tasks[task]
    artifact = record.artifact
    assert artifact
    text = document(file, artifact, task)
    top = [] if artifact.text.lstrip("# ").startswith(artifact.title) else [header(artifact.title)]
    numbers = Numbers(file)
    body = [*top, *_blocks(artifact, numbers, source_hosts(file))]
    read = button(Action.READ, "Read it with its sources", f"{file.mission.id}|{task}|{record.rev}|{record.attempt}")
    quotes = button(Action.EVIDENCE, "Quotes in context", f"{file.mission.id}|{task}:{record.rev}:{record.attempt}|1")
    windows = actions(f"sources:{task}:{file.mission.rev}", read, quotes)
    more = [*_sources(numbers.references(), source_hosts(file)), windows]
    name = f"Deliverable: {artifact.title}"
    return Delivery(
        title=artifact.title,
        post=Post(name, [*body, *more]),
        lead=Post(name, [*top, *preview(artifact, Numbers(file))[0]]),
        whole=Post(name, [*body, *_quotes(numbers.references(), source_hosts(file))]),
        document=safe_markdown(text, source_hosts(file)),
        long=(artifact.kind == "text" and len(text) > MESSAGE) or len(artifact.rows) > ROWS,
        files=attachments(file, task, artifact, now),
    )


def _blocks(artifact: Artifact, numbers: Numbers, hosts: frozenset[str]) -> list[Block]:
    if artifact.kind == "table":
        return [table(artifact.columns, [[numbers.text(cell) for cell in row] for row in artifact.rows])]
    if artifact.kind == "items":
        return [item(one, numbers) for one in artifact.items]
    return [markdown(numbers.text(artifact.text), hosts)]


def _sources(references: Sequence[Reference], hosts: frozenset[str]) -> list[Block]:
    """The sources in one line, each once."""
    names = list({r.source: _linked(r, hosts) for r in references}.values())
    sizes = accumulate(len(name) + 3 for name in names)
    shown = [name for name, size in zip(names, sizes, strict=True) if size <= LINE]
    more = [f"and {len(names) - len(shown)} more"] if len(names) > len(shown) else []
    return [context(f"*Sources:* {' · '.join([*shown, *more])}")] if names else []


def _linked(reference: Reference, hosts: frozenset[str]) -> str:
    """The source's title, as a link where its address is a plain one."""
    title = escape(reference.source)
    return f"<{escape(reference.link)}|{title}>" if is_allowed(reference.link, hosts) else title


def _quotes(references: Sequence[Reference], hosts: frozenset[str]) -> list[Block]:
    return [markdown("**Sources**\n" + "\n".join(lines(references)), hosts)] if references else []


def document(file: File, artifact: Artifact, task: str = "") -> str:
    """The work as one Markdown document with numbered marks, the sources behind them, and what has none."""
    numbers = Numbers(file)
    body = _body(artifact, numbers)
    titled = body.lstrip("# ").startswith(artifact.title)
    parts = [body] if titled else [f"# {artifact.title}", body]
    if notes := lines(numbers.references()):
        parts.append("## Sources\n\n" + "\n".join(notes))
    if task and (bare := [f"- {claim.text}" for claim in file.claims if claim.id.startswith(f"{task}.u")]):
        parts.append("## Stated without a source\n\n" + "\n".join(bare))
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


def receipt(file: File, told: Sequence[Told], account: Account | None = None) -> Post:
    """What it took, who did it, what was checked and what was not."""
    assert file.plan
    done = [record for record in file.tasks.values() if record.state == "accepted"]
    rework = sum(type(one.event).__name__ == "ReworkAsked" for one in told)
    seconds = (told[-1].at - told[0].at).total_seconds() if told else 0
    facts = [
        f"*Work:* {len(done)} of {len(file.plan.tasks)} tasks accepted, {rework} sent back for rework",
        f"*Time:* {words.minutes(seconds)} from request to delivery, waiting for people included",
        f"*Used:* {words.spent(file.spent)}",
        *([f"*Budget:* {costs.receipt(account)}"] if account else []),
        f"*{words.evidence(file)}*",
        "*Decided:* " + _people(file),
        *_edited(file, told),
        f"*On record as:* mission {file.mission.id}",
    ]
    meaning = f"{MEANING} Unmarked sentences were not checked."
    repeat = actions(f"repeat:{file.mission.rev}", button(Action.REPEAT, "Repeat this mission", file.mission.id))
    account_of = sections([":receipt: *Receipt*", *facts, *_overruled(file)])
    return Post("Receipt", [*account_of, context(meaning), repeat])


def _overruled(file: File) -> list[str]:
    """What was delivered although it is in doubt: by a person's word, which stays on record."""
    keys = standing.doubted_keys(file)
    lines = [f"*Approved although contested:* {short(claim.text, 300)}" for claim in keys[:SHOWN]]
    return [*lines, *([f"and {len(keys) - SHOWN} more of these"] if len(keys) > SHOWN else [])]


def edits(told: Sequence[Told]) -> dict[str, list[str]]:
    """Task -> the people who edited its work before it was approved, each once, first come first."""
    found: dict[str, list[str]] = {}
    for event in (one.event for one in told):
        if isinstance(event, ResultEdited) and event.user not in found.setdefault(event.task, []):
            found[event.task].append(event.user)
    return found


def _edited(file: File, told: Sequence[Told]) -> list[str]:
    """Who edited what, in one line."""
    assert file.plan
    titles = {task.id: task.title for task in file.plan.tasks}
    lines = [
        f"“{short(titles.get(task, task), 100)}” by {' and '.join(f'<@{user}>' for user in users)}"
        for task, users in edits(told).items()
    ]
    return [f"*Edited:* {'; '.join(lines)}"] if lines else []


def _people(file: File) -> str:
    """Who decided what at which checkpoint."""
    made = [(gate.kind, gate.decision) for gate in file.gates if gate.decision]
    return "; ".join(
        f"{kind} {CHOICE[decision.choice].lower()} by <@{decision.user}>{_reason(decision)}" for kind, decision in made
    )


def _reason(decision: Decision) -> str:
    """What was said with a decision that needed a reason."""
    given = decision.note if decision.choice in ("approve", "accept") else ""
    return f" (“{short(given, 300)}”)" if given else ""
