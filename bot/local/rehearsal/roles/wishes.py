"""Changes a plan as a person wished: other numbers, fewer tasks, more tasks, another start; the rest stays as it is."""

import re
from collections.abc import Callable
from datetime import date

from agents.contracts import CheckDraft, PlanDraft, PlannerBrief, TaskDraft
from bot.local.rehearsal import language, pieces
from bot.local.rehearsal.language import NUMBER
from bot.local.rehearsal.roles import roadmap

_DROP = re.compile(
    r"\b(?:no|without|drop|skip|remove|delete|leave out|leave off|cut|forget|omit)\s+"
    r"(?:the\s+|all\s+|any\s+)?([^,.;]+)",
    re.I,
)
_ADD = re.compile(
    r"\b(?:add|include|also|plus|and also|additionally)\b\s*(?:please\s+)?"
    r"(?:write|draft|make|create|prepare|give us|give me|add)?\s*"
    r"((?:an?|one|some|the|" + NUMBER + r")\s+[^.;]+)",
    re.I,
)
_INSTEAD = re.compile(rf"\b({NUMBER})\s+([^.,;]*?)\binstead of\s+({NUMBER})\b", re.I)


def apply(draft: PlanDraft, wish: str, brief: PlannerBrief) -> PlanDraft:
    """The plan changed by one wish. One that names no task and no number goes to everybody as a note in the brief."""
    changed = draft
    for change in (_dropped, _added, _renumbered, _relengthed, _limited, _restarted):
        changed = change(changed, wish, brief)
    return changed if changed != draft or _present(wish, draft) else _noted(draft, wish)


def _present(wish: str, draft: PlanDraft) -> bool:
    """Whether an added thing is in the plan already: a wish may come twice."""
    added = _ADD.search(wish)
    return bool(added) and any(language.overlap(language.terms(added[1]), task.title) >= 0.5 for task in draft.tasks)


def _dropped(draft: PlanDraft, wish: str, brief: PlannerBrief) -> PlanDraft:
    named = [part for match in _DROP.findall(wish) for part in re.split(r"\band\b|\bor\b|\bbut\b", match)]
    gone = {task.id for part in named for task in draft.tasks if _means(part, task)}
    gone |= {
        task.id
        for named in re.findall(r"\b(?:drop|skip|remove)\s+(t\d+)\b", wish, re.I)
        for task in draft.tasks
        if task.id == named.lower()
    }
    kept = [task for task in draft.tasks if task.id not in gone]
    if not gone or not any(task.deliverable for task in kept):
        return draft
    kept = _useful(kept, draft)
    ids = {task.id for task in kept}
    tasks = [task.model_copy(update={"needs": [need for need in task.needs if need in ids]}) for task in kept]
    return draft.model_copy(update={"tasks": tasks, "goal": roadmap.goal(tasks)})


def _useful(kept: list[TaskDraft], before: PlanDraft) -> list[TaskDraft]:
    """Without material that only the dropped tasks needed."""
    needed = {need for task in kept for need in task.needs}
    was_needed = {need for task in before.tasks for need in task.needs}
    return [task for task in kept if task.deliverable or task.id in needed or task.id not in was_needed]


def _means(named: str, task: TaskDraft) -> bool:
    """`the posts` means the task whose title speaks of posts."""
    wanted = [stem for stem in language.terms(named) if stem not in ("task", "part", "need")][:3]
    return bool(wanted) and task.deliverable and language.overlap(wanted, task.title) > 0.5


def _added(draft: PlanDraft, wish: str, brief: PlannerBrief) -> PlanDraft:
    if _DROP.search(wish) and not re.search(r"\badd|include\b", wish, re.I):
        return draft
    for match in _ADD.finditer(wish):
        for piece in pieces.pieces(f"write {match[1]}"):
            if len(draft.tasks) < brief.max_tasks and piece.noun and not _present(wish, draft):
                desk = roadmap.Desk(brief, pieces.topic(brief.mission), [piece])
                task = desk.task(piece, draft.tasks)
                summing = re.search(r"summar|overview|digest|conclusion", task.title, re.I)
                needs = [one.id for one in draft.tasks if one.deliverable] if summing else task.needs
                tasks = [*draft.tasks, task.model_copy(update={"needs": needs})]
                draft = draft.model_copy(update={"tasks": tasks, "goal": roadmap.goal(tasks)})
    return draft


def _renumbered(draft: PlanDraft, wish: str, brief: PlannerBrief) -> PlanDraft:
    """`three posts instead of five`, `make it seven posts`, `top five competitors`."""
    instead = _INSTEAD.search(wish)
    for found in re.finditer(rf"\b({NUMBER})\s+(?:[\w’'-]+\s+){{0,3}}?([a-z]+s)\b", wish, re.I):
        count, thing = language.number(found[1]), language.stem(found[2])
        if not count or thing in map(language.stem, ("days", "weeks", "months", "characters", "words")):
            continue
        draft = _each(draft, lambda task, count=count, thing=thing: _recounted(task, thing, count))
    if instead and not re.search(r"day|week|month", wish, re.I):
        old, new = language.number(instead[3]), language.number(instead[1])
        draft = _each(draft, lambda task: _counted_so(task, old, new))
    return draft


def _recounted(task: TaskDraft, thing: str, count: int) -> TaskDraft:
    if thing not in language.terms(task.title):
        return task
    check = next((one for one in task.checks if one.kind == "count"), None)
    old = check.number if check else next((n for w in language.words(task.title) if (n := language.number(w))), None)
    return _swapped(task, old, count, "count") if old and old != count else task


def _counted_so(task: TaskDraft, old: int | None, new: int | None) -> TaskDraft:
    same = old and new and any(one.kind == "count" and one.number == old for one in task.checks)
    return _swapped(task, old, new, "count") if same and old and new else task


def _relengthed(draft: PlanDraft, wish: str, brief: PlannerBrief) -> PlanDraft:
    """`make it 14 days`, `two weeks are enough`."""
    days = pieces.days(re.split(r"\binstead of\b", wish)[0])
    if not days or not re.search(r"\bdays?\b|\bweeks?\b|\bmonths?\b", wish, re.I):
        return draft

    def change(task: TaskDraft) -> TaskDraft:
        old = next((one.number for one in task.checks if one.kind == "consecutive_dates"), None)
        return _swapped(task, old, days, "consecutive_dates") if old and old != days else task

    changed = _each(draft, change)
    note = [re.sub(r"covers \d+ days", f"covers {days} days", one) for one in changed.assumptions]
    return changed.model_copy(update={"assumptions": note})


def _limited(draft: PlanDraft, wish: str, brief: PlannerBrief) -> PlanDraft:
    """`at most 200 characters each`."""
    limit = pieces.characters(wish)
    if not limit:
        return draft

    def change(task: TaskDraft) -> TaskDraft:
        old = next((one.number for one in task.checks if one.kind == "max_chars"), None)
        return _swapped(task, old, limit, "max_chars") if old and old != limit else task

    return _each(draft, change)


def _restarted(draft: PlanDraft, wish: str, brief: PlannerBrief) -> PlanDraft:
    """`start on December 7`."""
    day = pieces.start(wish, date.fromisoformat(brief.today))
    if not day:
        return draft

    def change(task: TaskDraft) -> TaskDraft:
        return task.model_copy(
            update={"brief": re.sub(r"Start: \d{4}-\d\d-\d\d", f"Start: {day.isoformat()}", task.brief)}
        )

    kept = [one for one in draft.assumptions if not one.startswith("No start date")]
    return _each(draft, change).model_copy(update={"assumptions": kept})


def _noted(draft: PlanDraft, wish: str) -> PlanDraft:
    note = language.sentence(wish)

    def change(task: TaskDraft) -> TaskDraft:
        known = note in task.brief or not task.deliverable
        return (
            task if known else task.model_copy(update={"brief": language.cut(f"{task.brief}\nAsked for: {note}", 4000)})
        )

    return _each(draft, change)


def _each(draft: PlanDraft, change: Callable[[TaskDraft], TaskDraft]) -> PlanDraft:
    return draft.model_copy(update={"tasks": [change(task) for task in draft.tasks]})


def _swapped(task: TaskDraft, old: int | None, new: int, kind: str) -> TaskDraft:
    """The task with one number exchanged: in title, brief and the check of that kind."""
    if old is None:
        return task
    checks = [
        _with_number(check, new) if check.kind == kind and check.number == old else check for check in task.checks
    ]
    title = _exchange(task.title, old, new)
    return task.model_copy(
        update={"title": title[:1].upper() + title[1:], "brief": _exchange(task.brief, old, new), "checks": checks}
    )


def _with_number(check: CheckDraft, number: int) -> CheckDraft:
    return check.model_copy(update={"number": number})


def _exchange(text: str, old: int, new: int) -> str:
    """The number in digits and in words, but not inside an ISO date."""
    text = re.sub(rf"(?<![\d-]){old}(?!\d|-\d)", str(new), text)
    word = language.spell(old)
    return text if word.isdigit() else re.sub(rf"\b{word}\b", language.spell(new), text, flags=re.IGNORECASE)
