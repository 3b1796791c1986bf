"""Posts about work in progress: hand-overs, critiques, doubts."""

from __future__ import annotations

from agents.domain import plan as plans
from agents.domain.artifact import Artifact, Item
from agents.domain.department import Department
from agents.domain.events import ClaimsNotJudged, ReworkAsked
from agents.domain.evidence import Status
from agents.ports import File, TaskRecord
from bot.views import standing, words
from bot.views.actions import Action
from bot.views.marks import Numbers, without
from bot.views.post import Block, Post, actions, bullets, button, context, markdown, section, table
from bot.views.text import escape, short

CRITIC = ("Critic", ":face_with_monocle:")
SCEPTIC = ("Sceptic", ":thinking_face:")
EVIDENCE = ("Evidence check", ":mag_right:")
DOUBTS = 5  # contested claims that one post shows
_FOUND = {
    "checks": "The acceptance checks failed",
    "ledger": "What it builds on has fallen into doubt",
}
LEAD = 900  # characters of a long text that the thread shows; the button opens the rest
ROWS = 6  # rows of a long table that the thread shows


def handed_over(file: File, department: Department, record: TaskRecord) -> Post:
    """A specialist's work under its own name: the note, the work or its beginning, and a way to all of it."""
    assert file.plan and record.artifact
    task = plans.task(file.plan, record.task)
    again = f", revision {record.rev}" if record.rev > 1 else ""
    again += f", attempt {record.attempt}" if record.attempt > 1 else ""
    top = f"*{escape(task.title)}* ({task.id}{again})"
    blocks: list[Block] = [section(f"{top}\n{escape(record.note)}" if record.note else top)]
    numbers = Numbers(file)
    shown, whole = preview(record.artifact, numbers)
    blocks += shown
    if record.open_points:
        points = "; ".join(point.rstrip(".") for point in record.open_points)
        blocks.append(context(f"*Open:* {escape(numbers.text(points))}"))
    value = f"{file.mission.id}|{record.task}|{record.rev}|{record.attempt}"
    label = "Read it with its sources" if whole else "Read all of it with its sources"
    place = f"{record.task}:{record.rev}:{record.attempt}"
    quotes = button(Action.EVIDENCE, "Quotes in context", f"{file.mission.id}|{place}|1")
    blocks.append(actions(f"work:{place}", button(Action.READ, label, value), quotes))
    text = f"{task.title}: {record.note or 'handed over'}"
    return Post(text, blocks, words.name(department, task.specialist), words.icon(department, task.specialist))


def preview(artifact: Artifact, numbers: Numbers) -> tuple[list[Block], bool]:
    """Blocks for the thread, and whether they hold all of the work."""
    if artifact.kind == "table":
        rows = [[numbers.text(cell) for cell in row] for row in artifact.rows[:ROWS]]
        more = len(artifact.rows) - len(rows)
        rest = [context(f"and {more} more rows")] if more else []
        return [table(artifact.columns, rows), *rest], not more
    if artifact.kind == "items":
        return [item(one, numbers) for one in artifact.items[:10]], len(artifact.items) <= 10
    lead = _lead(artifact.text)
    rest = [] if lead == artifact.text else [context("… and more")]
    return [markdown(numbers.text(lead)), *rest], not rest


def item(one: Item, numbers: Numbers) -> Block:
    """One piece as it will be read, with its length as the channel counts it."""
    length = len(without(one.text))
    label = f"**{one.label}** · {length} characters" if one.label else f"{length} characters"
    quoted = "\n".join(f"> {line}" for line in numbers.text(one.text).splitlines())
    return markdown(f"{label}\n{quoted}")


def _lead(text: str) -> str:
    """The text if it is short, else its beginning up to the end of a paragraph."""
    if len(text) <= LEAD:
        return text
    end = text.rfind("\n\n", LEAD // 3, LEAD)
    blank = text.rfind(" ", 0, LEAD)
    lead = text[: end if end > 0 else blank if blank > 0 else LEAD].rstrip()
    before, _, last = lead.rpartition("\n")
    return before.rstrip() or lead if last.startswith("#") else lead  # a heading without its text says nothing


def critique(file: File, department: Department, event: ReworkAsked) -> Post:
    """The points for which work goes back, under the name of who sends it back."""
    assert file.plan
    task = plans.task(file.plan, event.task)
    who = words.name(department, event.specialist)
    found = _FOUND.get(event.by, "This is not what was asked yet")
    text = f"Back to {who}: {task.title} ({task.id}), round {event.attempt}"
    body = f"*{escape(text)}*\n{found}:\n{bullets(event.points)}"
    reviewer = department.specialist(event.by)
    return Post(text, [section(body)], *((reviewer.title, reviewer.icon) if reviewer else CRITIC))


def doubt(file: File, department: Department, task: str) -> Post:
    """What is contested in a task's work, under the name of who contests it: each claim with what speaks against it."""
    assert file.plan
    author = words.name(department, plans.task(file.plan, task).specialist)
    given = [v for v in file.verdicts if v.claim.startswith(f"{task}.") and v.status is Status.CONTESTED]
    against = {v.claim: v for v in given if v.by != "person" and not v.reason.startswith(standing.INHERITED)}
    found = [claim for claim in file.claims if claim.id in against]
    text = f"Contested in the work of {author} ({task}): {len(found)} of its claims"
    blocks: list[Block] = [section(f":warning: *{escape(text)}*")]
    for claim in found[:DOUBTS]:
        blocks.append(section(f">{short(claim.text, 600)}\n{short(against[claim.id].detail, 900)}"))
    more = [f"and {len(found) - DOUBTS} more"] if len(found) > DOUBTS else []
    note = "They stay marked as contested wherever they are used."
    who = SCEPTIC if any(v.by == "sceptic" for v in against.values()) else EVIDENCE
    return Post(text, [*blocks, context(*more, note)], *who)


def unjudged(file: File, department: Department, event: ClaimsNotJudged) -> Post:
    """What the sceptic could not judge, so that nobody takes its silence for agreement."""
    assert file.plan
    author = words.name(department, plans.task(file.plan, event.task).specialist)
    count = "1 claim" if len(event.claims) == 1 else f"{len(event.claims)} claims"
    text = f"Not judged: {count} in the work of {author} ({event.task})"
    body = f":grey_question: *{escape(text)}*\n{escape(event.reason)}"
    return Post(
        text, [section(body), context("They stand as they did before; nobody has judged their meaning.")], *SCEPTIC
    )
