"""From what happened to what is shown: which messages an event touches, and how each is drawn when its turn comes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from agents.domain import events as news
from agents.domain.mission import Gate, Mission
from agents.evidence.changes import Changes
from agents.ports import Clock, Departments, File, Missions, Outgoing
from bot.views import card, changes, gates, outcome, schedules, work
from bot.views.post import Post, section
from bot.views.text import escape
from storage.schedules import ScheduleRows, UnknownSchedule

# What is waited for goes before what is only told. Work and the questions about it keep the order in which they came:
# a thread is read from top to bottom. Progress (card, status) comes last and is coalesced.
URGENT, RESULT, WORK, PROGRESS = 0, 1, 2, 3

CARD_CHANGES = (
    news.RunStarted,
    news.TaskStarted,
    news.WorkHandedOver,
    news.ReworkAsked,
    news.TaskAccepted,
    news.TaskStuck,
    news.ResultProposed,
    news.MissionDelivered,
    news.MissionCancelled,
    news.MissionFailed,
    news.GateDecided,
)

SESSION: dict[type[news.Event], str] = {
    news.MissionAccepted: "processing",
    news.PlanProposed: "suspended",
    news.RunStarted: "processing",
    news.ResultProposed: "suspended",
    news.TaskStuck: "suspended",
    news.MissionDelivered: "closed",
    news.MissionCancelled: "closed",
    news.MissionFailed: "suspended",
}


def route(mission: Mission, event: news.Event) -> Sequence[Outgoing]:
    """The messages that the event adds or changes. Pure: the rows are written in the event's own commit."""
    if not mission.thread:  # a scheduled run that stays unseen until there is something to tell
        return []
    return [*_messages(mission, event), *_progress(mission, event), *_session(mission, event)]


def _messages(mission: Mission, event: news.Event) -> list[Outgoing]:
    match event:
        case news.MissionAccepted():
            return [_out(mission, event, "eyes", "react", "eyes", URGENT)]
        case news.PlanProposed():
            # A changed plan is posted anew, at the end of the thread; the card before it is then marked as replaced.
            return [_out(mission, event, "card", "post", "card", URGENT)]
        case news.WorkHandedOver(task=task, attempt=attempt):
            target = f"work:{task}:{mission.rev}:{attempt}"
            return [_out(mission, event, target, "post", "work", WORK, task=task, rev=mission.rev, attempt=attempt)]
        case news.ReworkAsked():
            return [_out(mission, event, event.key, "post", "critique", WORK, told=_packed(event))]
        case news.ClaimDoubted(status="contested", by="sceptic", task=task, attempt=attempt):
            # One post for all that the sceptic contests in one hand-over: rows of one key are one row.
            target = f"doubt:{task}:{mission.rev}:{attempt}"
            one = _out(mission, event, target, "post", "doubt", WORK, task=task)
            return [replace(one, key=f"{mission.id}:{target}")]
        case news.TaskStuck(gate=gate, points=points):
            return [_out(mission, event, f"gate:{gate}", "post", "stuck", WORK, gate=gate, points=list(points))]
        case news.ResultProposed(gate=gate):
            return [_out(mission, event, f"gate:{gate}", "post", "result", WORK, gate=gate)]
        case news.GateDecided(gate=gate) if ":plan:" not in gate:
            view = "result" if ":result:" in gate else "stuck"
            return [_out(mission, event, f"gate:{gate}", "update", view, URGENT, gate=gate)]
        case news.MissionDelivered():
            return _delivery(mission, event)
        case news.MissionCancelled(user=user, reason=reason):
            return [_out(mission, event, event.key, "post", "cancelled", URGENT, user=user, reason=reason)]
        case news.MissionFailed(reason=reason):
            return [_out(mission, event, event.key, "post", "failed", URGENT, reason=reason)]
        case news.NoteTaken(message=message):
            return [_out(mission, event, f"note:{message}", "react", "memo", WORK, message=message)]
        case _:
            return []


def _delivery(mission: Mission, event: news.MissionDelivered) -> list[Outgoing]:
    parts = [
        _out(mission, event, f"deliverable:{event.rev}:{task}", "deliver", "deliverable", RESULT, task=task)
        for task in event.tasks
    ]
    opening = _out(mission, event, f"opening:{event.rev}", "post", "opening", RESULT)
    done = _out(mission, event, "done", "react", "white_check_mark", PROGRESS)
    return [opening, *parts, _out(mission, event, f"receipt:{event.rev}", "post", "receipt", RESULT), done]


def _progress(mission: Mission, event: news.Event) -> list[Outgoing]:
    """The live card follows along; updates that wait together become one."""
    if not isinstance(event, CARD_CHANGES):
        return []
    priority = URGENT if isinstance(event, news.GateDecided) else PROGRESS
    return [_out(mission, event, "card", "update", "card", priority)]


def _session(mission: Mission, event: news.Event) -> list[Outgoing]:
    status = SESSION.get(type(event))
    return [_out(mission, event, "session", "session", status, PROGRESS)] if status else []


def _out(
    mission: Mission, event: news.Event, target: str, op: str, view: str, priority: int, **body: object
) -> Outgoing:
    whole = f"{mission.id}:{target}"
    return Outgoing(f"{mission.id}:{event.key}>{target}", mission.channel, whole, cast(Any, op), view, priority, body)


def _packed(event: news.Event) -> dict[str, object]:
    name, body = news.pack(event)
    return {"name": name, "body": body}


class Nothing(Exception):
    """What was to be shown is no longer there to be shown."""


@dataclass(frozen=True)
class Presenter:
    """Draws waiting rows from the mission's present state, so that a late post is never an old one."""

    missions: Missions
    departments: Departments
    clock: Clock
    since: Callable[[str], Awaitable[Changes | None]] | None = None  # what changed since the last run of a schedule
    schedules: ScheduleRows | None = None

    async def loose(self, view: str, body: Mapping[str, Any]) -> Post:
        """The post for a row that belongs to no mission. Raises Nothing."""
        if view not in ("schedule", "schedule_notice"):
            return Post(str(body["text"]), [section(escape(str(body["text"])))])
        if self.schedules is None:
            raise Nothing("Schedules are not known here.")
        try:
            schedule = await self.schedules.schedule(str(body["schedule"]))
        except UnknownSchedule as error:
            raise Nothing(str(error)) from None
        if view == "schedule":
            return schedules.card(schedule, await self.schedules.occurrences(schedule.id, 1))
        return schedules.notice(schedule, str(body["text"]), str(body["mend"]))

    async def _with_changes(self, mission: str, post: Post) -> Post:
        found = await self.since(mission) if self.since else None
        return replace(post, blocks=[*changes.blocks(found), *post.blocks])

    async def draw(self, mission: str, view: str, body: Mapping[str, Any], *, rich_plan: bool = True) -> Post:
        """The post for a row. Raises Nothing."""
        file = await self.missions.file(mission)
        department = self.departments.get(file.mission.department)
        match view:
            case "card" if file.plan is None:
                raise Nothing("There is no plan yet.")
            case "card":
                return card.card(file, department, rich_plan=rich_plan)
            case "replaced":
                return card.replaced()
            case "work":
                return await self._work(file, body)
            case "critique":
                return work.critique(file, department, cast(news.ReworkAsked, _event(body)))
            case "doubt":
                return work.doubt(file, department, str(body["task"]))
            case "result":
                return await self._with_changes(mission, gates.result(file, department, _gate(file, body["gate"])))
            case "stuck":
                return gates.stuck(file, department, _gate(file, body["gate"]), await self._points(file, body))
            case "opening":
                return await self._with_changes(mission, outcome.opening(file))
            case "receipt":
                return outcome.receipt(file, await self.missions.told(mission))
            case "cancelled":
                return gates.cancelled(file, str(body["user"]), str(body["reason"]))
            case "failed":
                return gates.failed(file, str(body["reason"]))
            case _:
                raise Nothing(f"There is no view named {view}.")

    async def delivery(self, mission: str, task: str) -> outcome.Delivery:
        """A deliverable in every form."""
        return outcome.deliverable(await self.missions.file(mission), task, self.clock.now())

    async def _work(self, file: File, body: Mapping[str, Any]) -> Post:
        record = await self.missions.attempt(file.mission.id, body["task"], int(body["rev"]), int(body["attempt"]))
        if record is None or record.artifact is None:
            raise Nothing("The attempt is no longer on record.")
        return work.handed_over(file, self.departments.get(file.mission.department), record)

    async def _points(self, file: File, body: Mapping[str, Any]) -> tuple[str, ...]:
        if "points" in body:
            return tuple(body["points"])
        record = file.tasks.get(_gate(file, body["gate"]).task)
        return record.points if record else ()


def _event(body: Mapping[str, Any]) -> news.Event:
    return news.unpack(body["told"]["name"], body["told"]["body"])


def _gate(file: File, id: str) -> Gate:
    gate = next((gate for gate in file.gates if gate.id == id), None)
    if gate is None:
        raise Nothing("The question is no longer on record.")
    return gate
