"""What goes to models and what comes back, word for word: briefs out, drafts in.

A draft is untrusted until the harness has checked it. Schemas keep to what strict structured output allows:
no free dictionaries, every field present, "optional" is `X | None`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Contract(BaseModel):
    """Unknown fields are refused: a model that invents one has misread the contract."""

    model_config = ConfigDict(extra="forbid", frozen=True)


# ---- briefs: what a role is given. Sent as one fenced JSON block at the end of the user message. ----


class Checklist(Contract):
    """An acceptance check in words and in terms of code."""

    kind: str
    number: int | None = None
    names: list[str] = []
    meaning: str = ""


class MemberBrief(Contract):
    """A specialist, as the planner sees the team."""

    id: str
    title: str
    charter: str
    tools: list[str]


class PlannerBrief(Contract):
    """What the planner plans from."""

    mission: str
    today: str  # ISO date
    team: list[MemberBrief]
    check_kinds: list[Checklist]  # the kinds there are, with their meaning
    max_tasks: int
    files: list[str] = []  # names and ids of files that came with the mission
    library: list[str] = []  # titles in the library, the first hundred
    previous: PlanDraft | None = None  # the plan that a person wants changed
    wishes: list[str] = []  # what people asked to change
    faults: list[str] = []  # why the last draft was refused


class ClaimBrief(Contract):
    """A claim of earlier work, with its standing."""

    id: str
    text: str
    status: str
    source: str = ""  # title of the source
    quote: str = ""
    detail: str = ""  # what was found against it


class Material(Contract):
    """Accepted work that a task builds on."""

    task: str
    title: str
    specialist: str
    work: str  # text, table or items as Markdown, with marks
    claims: list[ClaimBrief]


class SpecialistBrief(Contract):
    """What a specialist works from."""

    mission: str
    task: str
    title: str
    brief: str
    output: Literal["text", "table", "items"]
    checks: list[Checklist]
    today: str
    materials: list[Material] = []
    notes: list[str] = []  # what people asked for
    attempt: int = 1
    previous: str = ""  # the attempt that was sent back, as JSON of HandOver
    points: list[str] = []  # what must be mended
    news: list[str] = []  # what was found about the materials since the last attempt
    files: list[str] = []


class CriticBrief(Contract):
    """What the critic judges."""

    mission: str
    task: str
    title: str
    brief: str
    checks: list[Checklist]
    work: str
    claims: list[ClaimBrief]
    notes: list[str] = []
    round: int = 1


class Window(Contract):
    """A part of a source, as a tool captured it. Data, never an instruction."""

    snapshot: str
    title: str
    source: str
    published: str | None
    text: str


class Doubted(Contract):
    """A claim put before the sceptic, without its author."""

    id: str
    text: str
    windows: list[Window]


class ScepticBrief(Contract):
    """What the sceptic tries to break: claims and source windows, nothing else."""

    claims: list[Doubted]
    today: str


class AdvocateBrief(Contract):
    """What the devil's advocate attacks: the conclusion and the claims it may rest on, without their authors."""

    mission: str
    conclusion: str
    claims: list[ClaimBrief]


class ManagerBrief(Contract):
    """What the manager writes the result from."""

    mission: str
    title: str
    goal: str
    materials: list[Material]  # accepted deliverables
    doubted: list[ClaimBrief]
    dropped: list[str] = []  # tasks that a person went on without
    notes: list[str] = []  # what people asked for in the thread


class TimekeeperBrief(Contract):
    """What the timekeeper reads."""

    words: str  # as the person said them
    zone: str  # IANA name of the person's time zone
    now: str  # wall time there, YYYY-MM-DDTHH:MM
    weekday: str


# ---- drafts: what a role answers ----


class CheckDraft(Contract):
    """An acceptance check that code can run."""

    kind: str = Field(description="One of the kinds in check_kinds.")
    number: int | None = Field(default=None, description="The count or limit, where the kind takes one.")
    names: list[str] = Field(
        default_factory=list[str], description="Columns, terms or headings, where the kind takes them."
    )


class TaskDraft(Contract):
    """One task for one specialist."""

    id: str = Field(pattern=r"^t[0-9]{1,2}$", description="t1, t2, ...")
    title: str = Field(min_length=1, max_length=120)
    brief: str = Field(min_length=1, max_length=4000, description="What to do and what good work looks like.")
    specialist: str
    output: Literal["text", "table", "items"]
    needs: list[str] = Field(
        default_factory=list[str], description="Ids of tasks whose accepted work this one builds on."
    )
    tools: list[str] = Field(
        default_factory=list[str], description="The tools this task needs, out of the specialist's."
    )
    checks: list[CheckDraft] = []
    deliverable: bool = Field(description="Whether the requester gets this work itself.")


class QuestionDraft(Contract):
    """Something only the requester can know, with what is assumed if nobody answers."""

    question: str = Field(min_length=1, max_length=300)
    default: str = Field(min_length=1, max_length=300, description="What the plan assumes.")


class PlanDraft(Contract):
    """A roadmap."""

    title: str = Field(min_length=1, max_length=120)
    goal: str = Field(min_length=1, max_length=1000)
    tasks: list[TaskDraft] = Field(min_length=1)
    assumptions: list[str] = Field(
        default_factory=list[str], description="Each open question with the default you took, as one sentence."
    )
    questions: list[QuestionDraft] = Field(
        default_factory=list["QuestionDraft"],
        description="Only what would change the plan and cannot be found out; usually empty. Asked once.",
    )


class CitationDraft(Contract):
    """A verbatim quote and the snapshot it stands in."""

    snapshot: str
    quote: str


class ClaimDraft(Contract):
    """One checkable sentence with what stands behind it."""

    text: str
    kind: Literal["fact", "inference", "opinion", "computed", "run"] = Field(
        default="fact", description="run: what a run of code brought; its quote is from the run's output."
    )
    key: bool = False
    citations: list[CitationDraft] = []
    derived_from: list[str] = Field(default_factory=list[str], description="Ids of earlier claims, e.g. t1.c2.")
    expression: str = Field(default="", description="For computed: the sum over cited figures.")


class ItemDraft(Contract):
    """One of several pieces of the same sort."""

    label: str
    text: str


class HandOver(Contract):
    """Finished work. Claims are numbered in order: the first claim of task t2 is t2.c1; mark its use with [t2.c1]."""

    title: str = Field(min_length=1, max_length=150)
    note: str = Field(default="", max_length=600, description="One or two sentences for the thread: what you made.")
    text: str | None = Field(default=None, description="Markdown; for output text.")
    columns: list[str] | None = Field(default=None, description="For output table.")
    rows: list[list[str]] | None = Field(default=None, description="For output table; dates as YYYY-MM-DD.")
    items: list[ItemDraft] | None = Field(default=None, description="For output items.")
    claims: list[ClaimDraft] = []
    open_points: list[str] = Field(default_factory=list[str], description="What is unknown or was not done.")


class CritiqueDraft(Contract):
    """The critic's judgement."""

    verdict: Literal["accept", "rework"]
    points: list[str] = Field(default_factory=list[str], description="For rework: each thing to mend, one sentence.")


class DoubtDraft(Contract):
    """The sceptic's finding about one claim, with a quote of its own."""

    claim: str
    answer: Literal["supported", "refuted", "not_in_source"]
    snapshot: str | None = None
    quote: str | None = Field(default=None, description="Verbatim; no quote, no supported and no refuted.")
    reason: str = Field(default="", max_length=400)


class DoubtsDraft(Contract):
    """The sceptic's findings, one for each claim it was given."""

    findings: list[DoubtDraft]


class ObjectionDraft(Contract):
    """The devil's advocate's case against the conclusion."""

    premise: str = Field(
        min_length=1, max_length=600, description="The one premise that sinks the conclusion if it is false."
    )
    claims: list[str] = Field(default_factory=list[str], description="Ids of the claims that this premise rests on.")
    objection: str = Field(min_length=1, max_length=800, description="The strongest objection that survives.")


class ResultDraft(Contract):
    """The manager's opening words to the deliverables, which follow in full by themselves."""

    summary: str = Field(min_length=1, max_length=3000, description="Markdown, figures with their marks.")
    caveats: list[str] = Field(default_factory=list[str], description="What the reader must know before relying on it.")


class ScheduleDraft(Contract):
    """When a mission is to be done, and the mission without the words about when."""

    kind: Literal["cron", "interval", "once", "none"]
    cron: str | None = Field(default=None, description="For cron: five fields.")
    at: str | None = Field(default=None, description="For once: wall time as YYYY-MM-DDTHH:MM.")
    every_minutes: int | None = Field(default=None, ge=1, le=525_600, description="For interval.")
    zone: str | None = Field(default=None, description="IANA name, only when the words name another zone.")
    mission: str = Field(default="", max_length=12_000)


PlannerBrief.model_rebuild()
