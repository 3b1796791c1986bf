"""A case in the department's own terms: its plan, its team, its sources as a tool captures them, its work."""

from __future__ import annotations

from dataclasses import dataclass

from agents.contracts import CitationDraft, ClaimDraft, HandOver
from agents.domain.department import Department, Limits, Specialist
from agents.domain.evidence import Snapshot, SourceKind, snapshot_id
from agents.domain.plan import Plan, Task
from bot.bench.cases import Case, CaseClaim, Source

CAPTURE = "capture"  # the one tool of the team: it brings the sources of the case


@dataclass(frozen=True)
class Replay:
    """A case, ready to be played. Agents that claim nothing have no task: there is nothing of theirs to replay."""

    case: Case
    plan: Plan
    names: dict[str, str]  # claim of the case -> the id that it has in the department
    snapshots: dict[str, Snapshot]  # by the id of the source
    agents: dict[str, str]  # task -> agent

    @property
    def claims(self) -> dict[str, str]:
        """The id in the department -> the claim of the case."""
        return {name: id for id, name in self.names.items()}

    def captured(self, task: str) -> tuple[Snapshot, ...]:
        """What the tool brings: everything to those who begin, to others what they cite."""
        if not next(one for one in self.plan.tasks if one.id == task).needs:
            return tuple(self.snapshots.values())
        cited = {quote.source_id for claim in self.case.of(self.agents[task]) for quote in claim.citations}
        return tuple(snapshot for id, snapshot in self.snapshots.items() if id in cited)

    def hand_over(self, task: str) -> HandOver:
        """The work of the agent: its claims as a list, each with its mark. It is the same at every attempt."""
        claims = self.case.of(self.agents[task])
        lines = [f"- {' '.join(claim.text.split())} [{self.names[claim.claim_id]}]" for claim in claims]
        title = f"Findings of {self.agents[task]}"
        return HandOver(title=title, note=title, text="\n".join(lines), claims=[self._claim(one) for one in claims])

    def _claim(self, claim: CaseClaim) -> ClaimDraft:
        return ClaimDraft(
            text=claim.text,
            kind=claim.kind,
            key=claim.key,
            citations=[
                CitationDraft(snapshot=self._snapshot(quote.source_id), quote=quote.quote) for quote in claim.citations
            ],
            derived_from=[self.names[id] for id in claim.derived_from],
            expression=claim.expression,
        )

    def _snapshot(self, source: str) -> str:
        """The id of the snapshot; of a source that does not exist, one that nothing has."""
        known = self.snapshots.get(source)
        return known.id if known else snapshot_id(f"{self.case.case_id}: there is no {source}")


def replay(case: Case) -> Replay:
    """The case as a plan with a task for each agent that claims something, in the order in which they build."""
    working = [agent for agent in case.order() if case.of(agent)]
    tasks = {agent: f"t{number}" for number, agent in enumerate(working, 1)}
    plan = Plan(
        title=case.question[:120] or case.case_id,
        goal="The claims of the case are examined.",
        tasks=tuple(_task(case, agent, tasks) for agent in working),
    )
    names = {c.claim_id: f"{tasks[a]}.c{number}" for a in working for number, c in enumerate(case.of(a), 1)}
    snapshots = {source.source_id: _captured(source) for source in case.sources}
    return Replay(case, plan, names, snapshots, {task: agent for agent, task in tasks.items()})


def _task(case: Case, agent: str, tasks: dict[str, str]) -> Task:
    needs = tuple(id for other, id in tasks.items() if other in case.upstream(agent))
    return Task(
        id=tasks[agent],
        title=f"Work of {agent}",
        brief="Say what you found.",
        specialist=agent,
        output="text",
        needs=needs,
        tools=(CAPTURE,),
        deliverable=True,
    )


def _captured(source: Source) -> Snapshot:
    return Snapshot(
        id=snapshot_id(source.text),
        kind=_kind(source),
        source=source.url or source.source_id,
        title=source.title or source.url or source.source_id,
        text=source.text,
        published=source.published,
        captured_by=source.captured_by or CAPTURE,
    )


def _kind(source: Source) -> SourceKind:
    """By the tool that captured it, else by where it is."""
    tool, url = source.captured_by.casefold(), source.url.casefold()
    if tool.startswith("run") or url.startswith(("run:", "sandbox:")):
        return "run"
    if tool.startswith("library") or url.startswith("library:"):
        return "library"
    if tool.startswith(("thread", "slack")):
        return "thread"
    return "web" if not url or url.startswith(("http:", "https:")) else "file"


def team(case: Case, *, sceptic: bool) -> Department:
    """A department of the case's agents."""
    members = tuple(
        Specialist(agent.id, agent.id, ":robot_face:", "Replays what it claimed.", (CAPTURE,), None, Limits())
        for agent in case.agents
    )
    return Department(
        id="bench",
        title="Benchmark",
        purpose="Plays cases.",
        specialists=members,
        sceptic=sceptic,
        parallel=1,  # whoever speaks first is told first, and the same way every time
        sceptic_tools=(),  # it is measured as a reader; searching would cost calls of its own
        source_days=case.max_age_days,
    )
