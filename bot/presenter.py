"""From what happened to what is shown: which messages an event touches, and how each is drawn when its turn comes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from agents.domain import events as news
from agents.domain.department import Department
from agents.domain.mission import WORKING, Gate, Mission, State
from agents.domain.money import Wallet
from agents.evidence.changes import Changes
from agents.ports import Clock, Departments, File, Missions, Outgoing, Wallets
from bot import steering
from bot.access import named
from bot.views import card, changes, checkpoints, costs, gates, outcome, questions, refused, schedules, waits, work
from bot.views.post import Post, context, section
from bot.views.text import escape
from storage.schedules import ScheduleRows, UnknownSchedule

# What is waited for goes before what is only told. Work and the questions about it keep the order in which they came:
# a thread is read from top to bottom. Progress (card, status) comes last and is coalesced.
URGENT, RESULT, WORK, PROGRESS = 0, 1, 2, 3

# What a gate is drawn as, by its kind; a task that is stuck where nothing else is said.
DECIDED = {
    "plan": "card",
    "result": "result",
    "contested": "result",
    "questions": "questions",
    "change": "change",
    "named": "checkpoint",
    "tool": "checkpoint",
    "budget": "budget",
}
REWORDED = "The mission was changed. I take it up and show you what is different."

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
    news.VoteCast,
    news.CheckpointReached,
    news.MissionPaused,
    news.MissionResumed,
    news.TaskSkipped,
    news.TaskRetried,
    news.BudgetNearlySpent,
    news.BudgetRanShort,
)

SESSION: dict[type[news.Event], str] = {
    news.MissionAccepted: "processing",
    news.PlanProposed: "suspended",
    news.RunStarted: "processing",
    news.ResultProposed: "suspended",
    news.TaskStuck: "suspended",
    news.CheckpointReached: "suspended",
    news.MissionDelivered: "closed",
    news.MissionCancelled: "closed",
    news.MissionFailed: "suspended",
    news.MissionPaused: "suspended",
    news.QuestionsAsked: "suspended",
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
        case news.ClaimDoubted(status="contested", by="sceptic" | "rule", task=task, attempt=attempt, claim=claim) if (
            claim.startswith(f"{task}.")
        ):
            # One post for all that is contested in one hand-over: rows of one key are one row.
            target = f"doubt:{task}:{mission.rev}:{attempt}"
            one = _out(mission, event, target, "post", "doubt", WORK, task=task)
            return [replace(one, key=f"{mission.id}:{target}")]
        case news.ClaimDoubted(by="person") if mission.state is State.RESULT_GATE:
            asked = (f"{mission.id}:{kind}:{mission.rev}" for kind in ("result", "contested"))  # there is one of them
            return [_out(mission, event, f"gate:{gate}", "update", "result", URGENT, gate=gate) for gate in asked]
        case news.ClaimsNotJudged():
            return [_out(mission, event, event.key, "post", "unjudged", WORK, told=_packed(event))]
        case news.TaskStuck(gate=gate, points=points):
            return [_out(mission, event, f"gate:{gate}", "post", "stuck", WORK, gate=gate, points=list(points))]
        case news.ResultProposed(gate=gate):
            return [_out(mission, event, f"gate:{gate}", "post", "result", WORK, gate=gate)]
        case news.CheckpointReached(gate=gate):
            return [_out(mission, event, f"gate:{gate}", "post", "checkpoint", WORK, gate=gate)]
        case news.DelegationAsked(gate=gate, user=user):
            target = f"delegation:{gate}:{user}"
            return [_out(mission, event, target, "post", "delegation", URGENT, about=gate, user=user)]
        case news.AuthorityDelegated(gate=gate, to=user):
            target = f"delegation:{gate}:{user}"
            return [_out(mission, event, target, "update", "delegation", URGENT, about=gate, user=user)]
        case news.GateDecided(gate=gate) | news.VoteCast(gate=gate) if (view := _view_of(gate)) != "card":
            return [_out(mission, event, f"gate:{gate}", "update", view, URGENT, gate=gate)]
        case news.MissionDelivered():
            return _delivery(mission, event)
        case news.MissionCancelled() | news.MissionPaused():
            return [_out(mission, event, event.key, "post", "interrupted", URGENT, of=event.key)]
        case news.MissionResumed(of=of) if of:
            return [_out(mission, event, of, "update", "interrupted", URGENT, of=of)]
        case news.MissionFailed(reason=reason):
            return [_out(mission, event, event.key, "post", "failed", URGENT, reason=reason)]
        case news.NoteTaken():
            return _note(mission, event)
        case news.NoteChanged(message=message, text=text):
            if text:
                return [_out(mission, event, f"note:{message}", "react", "pencil2", WORK, message=message)]
            return [_line(mission, event, "A reply was deleted; what it asked for no longer counts.")]
        case news.RequestChanged(text=text) if text:
            return [_out(mission, event, event.key, "react", "pencil2", WORK), _line(mission, event, REWORDED)]
        case news.QuestionsAsked(gate=gate):
            return [_out(mission, event, f"gate:{gate}", "post", "questions", URGENT, gate=gate)]
        case news.ChangeProposed(gate=gate):
            return [_out(mission, event, f"gate:{gate}", "post", "change", URGENT, gate=gate)]
        case news.ChangeNotPossible(reason=reason):
            return [_line(mission, event, reason)]
        case news.TaskSkipped(task=task, user=user):
            return [_line(mission, event, f"goes on without {task}.", user)]
        case news.TaskRetried(task=task, user=user, note=note):
            return [_line(mission, event, f"has {task} done again{': ' if note else '.'}{note}", user)]
        case news.BudgetRanShort(gate=gate) if gate:
            return [_out(mission, event, f"gate:{gate}", "post", "budget", URGENT, gate=gate)]
        case news.BudgetNearlySpent(said=said) | news.BudgetRanShort(said=said):
            return [_line(mission, event, said)]
        case news.ResultEdited(gate=gate):
            told = _out(mission, event, event.key, "post", "edited", URGENT, key=event.key)
            return (
                [_out(mission, event, f"gate:{gate}", "update", "result", URGENT, gate=gate), told] if gate else [told]
            )
        case news.Reminded():
            return _reminded(mission, event)
        case news.Unanswered(gate=gate):
            return [_out(mission, event, event.key, "post", "unanswered", URGENT, key=event.key)]
        case _:
            return []


def _view_of(gate: str) -> str:
    """What draws the question of that id."""
    return DECIDED.get(gate.split(":")[1] if ":" in gate else "", "stuck")


def _note(mission: Mission, event: news.NoteTaken) -> list[Outgoing]:
    """A reaction and one line; talk among people is explained once a mission."""
    ts = event.message
    shown = [_out(mission, event, f"note:{ts}", "react", steering.REACTION.get(event.kind, "memo"), WORK, message=ts)]
    if event.said:
        line = _line(mission, event, event.said)
        shown.append(replace(line, key=f"{mission.id}:chatter") if event.kind == steering.Kind.CHATTER else line)
    return shown


def _reminded(mission: Mission, event: news.Reminded) -> list[Outgoing]:
    one = _out(mission, event, event.key, "post", "reminder", URGENT, key=event.key)
    return [one]


def _line(mission: Mission, event: news.Event, said: str, user: str = "") -> Outgoing:
    """One grey line in the thread; with a person it is about what they did."""
    return _out(mission, event, f"line:{event.key}", "post", "said", WORK, said=said, user=user)


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
    priority = URGENT if isinstance(event, news.GateDecided | news.VoteCast) else PROGRESS
    return [_out(mission, event, "card", "update", "card", priority)]


def _session(mission: Mission, event: news.Event) -> list[Outgoing]:
    status = SESSION.get(type(event))
    if isinstance(event, news.BudgetRanShort) and event.gate:
        status = "suspended"
    if isinstance(event, news.MissionResumed | news.TaskSkipped | news.TaskRetried):
        status = "processing" if mission.state in WORKING else "suspended"
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
    wallets: Wallets | None = None  # for the receipt
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
                asked = file.mission.state is State.PLAN_GATE and file.plan_rev > 1
                before = await self.missions.plan(mission, file.plan_rev - 1) if asked else None
                return card.card(file, department, rich_plan=rich_plan, before=before)
            case "replaced":
                return card.replaced()
            case "work":
                return await self._work(file, body)
            case "critique":
                return work.critique(file, department, cast(news.ReworkAsked, _event(body)))
            case "doubt":
                return work.doubt(file, department, str(body["task"]))
            case "unjudged":
                return work.unjudged(file, department, cast(news.ClaimsNotJudged, _event(body)))
            case "result":
                edits = outcome.edits(await self.missions.told(mission))
                shown = gates.result(file, department, _gate(file, body["gate"]), edits)
                return await self._with_changes(mission, shown)
            case "stuck":
                return await self._stuck(file, department, _gate(file, body["gate"]))
            case "checkpoint":
                return checkpoints.checkpoint(file, department, _gate(file, body["gate"]))
            case "delegation":
                return await self._delegation(file, department, str(body["about"]), str(body["user"]))
            case "opening":
                return await self._with_changes(mission, outcome.opening(file))
            case "receipt":
                return outcome.receipt(file, await self.missions.told(mission), await self._account(file, department))
            case "interrupted":
                return await self._interrupted(file, str(body["of"]))
            case "budget":
                return costs.question(file, department, _gate(file, body["gate"]))
            case "questions" | "change":
                return await self._asked(file, department, str(body["gate"]))
            case "said":
                who = f"<@{body['user']}> " if body.get("user") else ""
                return Post(str(body["said"]), [context(who + escape(str(body["said"])))])
            case "reminder" | "unanswered" | "edited":
                return await self._told(file, department, str(body["key"]))
            case "failed":
                return gates.failed(file, str(body["reason"]))
            case _:
                raise Nothing(f"There is no view named {view}.")

    async def _account(self, file: File, department: Department) -> costs.Account | None:
        if self.wallets is None:
            return None
        (wallet,) = await self.wallets.look([Wallet(f"mission/{file.mission.id}", costs.limit(file, department))])
        return costs.Account(wallet, await self.wallets.saved(file.mission.id))

    async def delivery(self, mission: str, task: str) -> outcome.Delivery:
        """A deliverable in every form."""
        return outcome.deliverable(await self.missions.file(mission), task, self.clock.now())

    async def _work(self, file: File, body: Mapping[str, Any]) -> Post:
        record = await self.missions.attempt(file.mission.id, body["task"], int(body["rev"]), int(body["attempt"]))
        if record is None or record.artifact is None:
            raise Nothing("The attempt is no longer on record.")
        return work.handed_over(file, self.departments.get(file.mission.department), record)

    async def _asked(self, file: File, department: Department, id: str) -> Post:
        gate, proposal = _gate(file, id), await self.missions.proposal(id)
        if proposal is None:
            raise Nothing("What the question was about is no longer on record.")
        if gate.kind == "questions":
            return questions.asked(proposal, gate)
        before = await self.missions.plan(file.mission.id, gate.rev)
        if before is None:
            raise Nothing("There is no plan to compare with.")
        return questions.change(file, department, gate, proposal, before)

    async def _told(self, file: File, department: Department, key: str) -> Post:
        event = next((one.event for one in await self.missions.told(file.mission.id) if one.event.key == key), None)
        match event:
            case news.Reminded():
                return waits.reminder(file, department, event, _gate(file, event.gate), self.clock.now())
            case news.Unanswered():
                return waits.unanswered(department, event, _gate(file, event.gate))
            case news.ResultEdited():
                return waits.edited(file, event)
            case _:
                raise Nothing("What was to be told is no longer on record.")

    async def _interrupted(self, file: File, key: str) -> Post:
        told = [one.event for one in await self.missions.told(file.mission.id)]
        event = next((one for one in told if one.key == key), None)
        if not isinstance(event, news.MissionPaused | news.MissionCancelled):
            raise Nothing("The interruption is no longer on record.")
        resumed = (one.user for one in told if isinstance(one, news.MissionResumed) and one.of == key)
        return gates.interrupted(file, event, next(resumed, ""))

    async def _delegation(self, file: File, department: Department, about: str, user: str) -> Post:
        told = [one.event for one in await self.missions.told(file.mission.id)]
        same = [one for one in told if isinstance(one, news.DelegationAsked | news.AuthorityDelegated)]
        asked = [o for o in same if isinstance(o, news.DelegationAsked) and (o.gate, o.user) == (about, user)]
        answers = [o for o in same if isinstance(o, news.AuthorityDelegated) and (o.gate, o.to) == (about, user)]
        if not asked:
            raise Nothing("The question is no longer on record.")
        gate = next((one for one in file.gates if one.id == about), None)
        who = named(department.policy_of(gate), file.mission)
        return refused.asked(asked[-1], who, answers[-1] if answers else None)

    async def _stuck(self, file: File, department: Department, gate: Gate) -> Post:
        """The question as it was asked: the task may have moved on since."""
        told = [one.event for one in await self.missions.told(file.mission.id)]
        asked = next((event for event in told if isinstance(event, news.TaskStuck) and event.gate == gate.id), None)
        if asked is None:
            raise Nothing("The question is no longer in the mission's history.")
        return gates.stuck(file, department, gate, asked)


def _event(body: Mapping[str, Any]) -> news.Event:
    return news.unpack(body["told"]["name"], body["told"]["body"])


def _gate(file: File, id: str) -> Gate:
    gate = next((gate for gate in file.gates if gate.id == id), None)
    if gate is None:
        raise Nothing("The question is no longer on record.")
    return gate
