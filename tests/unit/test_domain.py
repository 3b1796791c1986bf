"""The department's own rules: plans, moves of a mission, news, evidence, and departments as files."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from graphlib import CycleError
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents import departments
from agents.departments import DepartmentError, DepartmentFiles
from agents.domain import events as news
from agents.domain import evidence, mission
from agents.domain import plan as plans
from agents.domain.artifact import Artifact, Item, marks, words
from agents.domain.department import Department, Limits, Specialist
from agents.domain.evidence import Claim, Status, Verdict
from agents.domain.mission import MOVES, IllegalMove, State
from agents.domain.plan import Check, Plan, Task

TEAM = Department(
    "testing",
    "Testing",
    "Tests.",
    (
        Specialist("researcher", "Researcher", ":mag:", "Finds.", ("search", "read")),
        Specialist("writer", "Writer", ":pencil2:", "Writes."),
    ),
    models=(("critic", "a-critic"),),
)
KINDS = ("count", "max_chars")


def task(id: str, *needs: str, **more: Any) -> Task:
    body: dict[str, Any] = {"specialist": "writer", "output": "text", "deliverable": True} | more
    return Task(id, f"Task {id}", f"Do {id}", needs=needs, **body)


def plan(*tasks: Task) -> Plan:
    return Plan("A plan", "It is done", tasks)


DIAMOND = plan(task("t1"), task("t2", "t1"), task("t3", "t1"), task("t4", "t2", "t3"))


# ---- plans ----


def test_a_sound_plan_has_no_faults() -> None:
    assert plans.faults(DIAMOND, TEAM, KINDS) == []


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        (plan(), "The plan has no tasks."),
        (plan(task("t1"), task("t1")), "Task id t1 is used twice."),
        (plan(task("t1", "t7")), "A task needs t7, which is not in the plan."),
        (plan(task("t1", "t2"), task("t2", "t1")), "The tasks wait for each other in a circle: "),
        (plan(task("t1", "t1")), "The tasks wait for each other in a circle: t1 -> t1."),
        (
            plan(task("t1", specialist="astrologer")),
            "Task t1 names astrologer, who is not in the department (researcher, writer).",
        ),
        (
            plan(task("t1", tools=("search",))),
            "Task t1 gives writer the tool search, which is not one of its own.",
        ),
        (plan(task("t1", checks=(Check("magic"),))), "Task t1 has a check of unknown kind magic."),
        (
            plan(task("t1", deliverable=False)),
            "No task is marked as a deliverable: the requester would get nothing.",
        ),
    ],
)
def test_what_makes_a_plan_impossible_is_said_in_a_sentence(bad: Plan, fault: str) -> None:
    found = plans.faults(bad, TEAM, KINDS)
    assert any(one.startswith(fault) for one in found)
    assert all(one.endswith(".") for one in found)


def test_all_faults_are_told_at_once() -> None:
    bad = plan(task("t1", specialist="nobody", deliverable=False), task("t2", tools=("rm",), deliverable=False))
    assert len(plans.faults(bad, TEAM, KINDS)) == 3


@st.composite
def sound_plans(draw: st.DrawFn) -> Plan:
    """Any plan whose tasks need only earlier ones."""
    size = draw(st.integers(1, 8))
    made = []
    for number in range(1, size + 1):
        earlier = [f"t{n}" for n in range(1, number)]
        needs = draw(st.lists(st.sampled_from(earlier), unique=True, max_size=3)) if earlier else []
        made.append(task(f"t{number}", *needs))
    return plan(*draw(st.permutations(made)))


@given(sound_plans())
def test_a_plan_is_carried_out_to_its_end_by_doing_what_is_ready(made: Plan) -> None:
    done: list[str] = []
    while ready := plans.ready(made, done, done):
        for one in ready:
            assert set(one.needs) <= set(done)
            assert one.id not in done
        done += [one.id for one in ready]
    assert sorted(done) == sorted(one.id for one in made.tasks)


@given(sound_plans())
def test_the_order_of_a_plan_puts_each_task_after_what_it_needs(made: Plan) -> None:
    order = plans.order(made)
    assert all(order.index(need) < order.index(one.id) for one in made.tasks for need in one.needs)


@given(sound_plans(), st.data())
def test_descendants_are_what_would_have_to_be_done_again(made: Plan, data: st.DataObject) -> None:
    chosen = data.draw(st.sampled_from([one.id for one in made.tasks]))
    found = plans.descendants(made, [chosen])
    assert chosen in found
    for one in made.tasks:
        assert (one.id in found) == (one.id == chosen or bool(found.intersection(one.needs)))


def test_what_has_begun_is_not_ready_again() -> None:
    assert [one.id for one in plans.ready(DIAMOND, [], [])] == ["t1"]
    assert plans.ready(DIAMOND, [], ["t1"]) == ()
    assert [one.id for one in plans.ready(DIAMOND, ["t1"], ["t1"])] == ["t2", "t3"]
    assert [one.id for one in plans.ready(DIAMOND, ["t1", "t2"], ["t1", "t2", "t3"])] == []
    assert plans.task(DIAMOND, "t3").needs == ("t1",)
    with pytest.raises(KeyError):
        plans.task(DIAMOND, "t9")
    with pytest.raises(CycleError):
        plans.order(plan(task("t1", "t1")))


CHANGES: dict[str, Any] = {
    "id": "t9",
    "title": "Another",
    "brief": "Something else",
    "specialist": "researcher",
    "output": "items",
    "needs": ("t8",),
    "tools": ("read",),
    "checks": (Check("count", 3),),
    "deliverable": False,
    "notes": ("shorter",),
    "checkpoint": "Legal",
}


def test_an_approval_of_one_plan_fits_no_other() -> None:
    assert plans.digest(DIAMOND) == plans.digest(replace(DIAMOND))
    assert set(CHANGES) == {field.name for field in fields(Task)}, "every field of a task counts"
    changed = [
        replace(DIAMOND, tasks=(replace(DIAMOND.tasks[0], **{name: value}), *DIAMOND.tasks[1:]))
        for name, value in CHANGES.items()
    ]
    changed += [
        replace(DIAMOND, title="B"),
        replace(DIAMOND, goal="Other"),
        replace(DIAMOND, assumptions=("Europe",)),
        replace(DIAMOND, tasks=DIAMOND.tasks[::-1]),
    ]
    digests = {plans.digest(one) for one in [DIAMOND, *changed]}
    assert len(digests) == len(changed) + 1


# ---- a mission and its moves ----


def test_every_state_has_its_moves_and_only_what_a_person_interrupted_or_what_failed_comes_back() -> None:
    assert set(MOVES) == set(State)
    assert MOVES[State.DELIVERED] == frozenset()
    for state in (State.CANCELLED, State.PAUSED):
        assert MOVES[state] - {State.CANCELLED} == mission.WORKING | mission.WAITING
    for state in set(State) - mission.ENDED:
        assert State.CANCELLED in MOVES[state], f"a mission that is {state} can be stopped"
    for waiting in mission.WAITING:
        assert State.FAILED not in MOVES[waiting], "nobody works while a person is waited for"


@pytest.mark.parametrize("present", list(State))
@pytest.mark.parametrize("to", list(State))
def test_a_mission_moves_only_as_the_table_says(present: State, to: State) -> None:
    if to in MOVES[present]:
        mission.check_move(present, to)
    else:
        with pytest.raises(IllegalMove, match=f"that is {present} cannot become {to}"):
            mission.check_move(present, to)


def test_nothing_runs_or_is_delivered_without_passing_its_gate() -> None:
    into_run = {state for state in State if State.RUNNING in MOVES[state]}
    again = {State.FAILED, State.PAUSED, State.CANCELLED}  # they go on where they stood
    assert into_run == {State.PLAN_GATE, State.TASK_GATE, State.RESULT_GATE} | again
    assert {state for state in State if State.DELIVERING in MOVES[state]} == {State.RESULT_GATE} | again
    assert {state for state in State if State.DELIVERED in MOVES[state]} == {State.DELIVERING}


# ---- news ----


def of(kind: type[news.Event]) -> st.SearchStrategy[news.Event]:
    by_type = {"str": st.text(max_size=20), "int": st.integers(0, 9), "tuple[str, ...]": st.lists(st.text()).map(tuple)}
    return st.builds(kind, **{field.name: by_type[str(field.type)] for field in fields(kind)})


@given(st.sampled_from(sorted(news.KINDS)).flatmap(lambda name: of(news.KINDS[name])))
def test_news_comes_back_from_json_as_it_was_told(event: news.Event) -> None:
    name, body = news.pack(event)
    assert news.unpack(name, json.loads(json.dumps(body))) == event


def test_news_of_a_later_version_is_read_as_far_as_it_is_known() -> None:
    name, body = news.pack(news.RunStarted("run:1", 1))
    assert news.unpack(name, body | {"more": "later"}) == news.RunStarted("run:1", 1)
    with pytest.raises(KeyError):
        news.unpack("SomethingElse", body)


# ---- evidence ----

CLAIM = Claim("t1.c1", "A pod costs 0.42.")
verdicts_made = st.builds(
    Verdict,
    claim=st.sampled_from(["t1.c1", "t1.c2"]),
    by=st.sampled_from(["rule", "sceptic", "person"]),
    status=st.sampled_from(list(Status)),
    reason=st.just("because"),
)
claims_made = st.builds(replace, st.just(CLAIM), kind=st.sampled_from(["fact", "inference", "opinion", "computed"]))


@given(claims_made, st.lists(verdicts_made, max_size=6))
def test_no_claim_stands_higher_than_its_verdicts_say(claim: Claim, verdicts: list[Verdict]) -> None:
    standing = evidence.status(claim, verdicts)
    about = [v for v in verdicts if v.claim == claim.id]
    bad = [v.status for v in about if v.status in (Status.BLOCKED, Status.CONTESTED, Status.UNVERIFIED)]
    if bad:
        assert standing == min(bad, key=evidence.ORDER.index)
    elif standing is Status.VERIFIED:
        assert any(v.by == "rule" and v.status is Status.TRACED for v in about), "verified is traced, too"
        assert any(v.by != "rule" and v.status is Status.VERIFIED for v in about)
    elif standing is Status.TRACED:
        assert any(v.by == "rule" and v.status is Status.TRACED for v in about)
    else:
        assert standing is (None if claim.kind == "opinion" and not about else Status.UNVERIFIED)


@given(claims_made, st.lists(verdicts_made, max_size=5), verdicts_made)
def test_a_bad_finding_is_never_mended_by_another(claim: Claim, verdicts: list[Verdict], more: Verdict) -> None:
    bad = (Status.BLOCKED, Status.CONTESTED, Status.UNVERIFIED)
    about = [v for v in verdicts if v.claim == claim.id]
    if any(v.status in bad for v in about):
        before, after = evidence.status(claim, verdicts), evidence.status(claim, [*verdicts, more])
        assert before and after
        assert evidence.ORDER.index(after) <= evidence.ORDER.index(before)


@given(claims_made, st.lists(verdicts_made, max_size=6), st.randoms())
def test_the_order_of_findings_does_not_matter_and_repeating_one_changes_nothing(claim, verdicts, random) -> None:
    mixed = [*verdicts, *verdicts[:2]]
    random.shuffle(mixed)
    assert evidence.status(claim, mixed) == evidence.status(claim, verdicts)


@given(claims_made, st.lists(verdicts_made, max_size=6))
def test_no_status_rises_without_a_new_finding_about_that_claim(claim: Claim, verdicts: list[Verdict]) -> None:
    others = [v for v in verdicts if v.claim != claim.id]
    own = [v for v in verdicts if v.claim == claim.id]
    assert evidence.status(claim, verdicts) == evidence.status(claim, own)
    assert evidence.status(claim, others) == evidence.status(claim, [])


def test_a_models_agreement_alone_verifies_nothing() -> None:
    for by in ("sceptic", "person"):
        agreed = [Verdict("t1.c1", by, Status.VERIFIED, "supported")]  # type: ignore[arg-type]
        assert evidence.status(CLAIM, agreed) is Status.UNVERIFIED
    assert evidence.status(CLAIM, [Verdict("t1.c1", "rule", Status.VERIFIED, "x")]) is Status.UNVERIFIED


def test_the_worst_of_several_is_the_weakest() -> None:
    assert evidence.worst([Status.VERIFIED, None, Status.CONTESTED, Status.TRACED]) is Status.CONTESTED
    assert evidence.worst([None]) is None
    assert evidence.worst([]) is None
    assert tuple(Status) == evidence.ORDER


def test_equal_texts_have_equal_addresses() -> None:
    assert evidence.snapshot_id("a") == evidence.snapshot_id("a") != evidence.snapshot_id("b")
    assert len(evidence.snapshot_id("a")) == 16


# ---- work ----


def test_all_words_of_work_are_there_in_reading_order() -> None:
    table = Artifact("table", "T", columns=("Date", "Theme"), rows=(("2026-12-01", "Start"), ("2026-12-02", "Go")))
    assert words(table) == "Date | Theme\n2026-12-01 | Start\n2026-12-02 | Go"
    items = Artifact("items", "T", items=(Item("Instagram", "Hello"), Item("", "Bye")))
    assert words(items) == "Instagram: Hello\nBye"
    assert words(Artifact("text", "T", text="Prose.")) == "Prose."


def test_marks_are_named_once_in_reading_order() -> None:
    text = "One [t2.c1], two [t1.c12] and again [t2.c1]; no mark: [t1], [c1], [T1.c1], [t1.c]."
    assert marks(Artifact("text", "T", text=text)) == ("t2.c1", "t1.c12")
    assert marks(Artifact("items", "T", items=(Item("[t3.c1]", "[t1.c1]"),))) == ("t3.c1", "t1.c1")


# ---- departments ----


def test_a_department_knows_its_members_and_models() -> None:
    assert TEAM.specialist("writer") is TEAM.specialists[1]
    assert TEAM.specialist("nobody") is None
    assert (TEAM.model("critic"), TEAM.model("planner")) == ("a-critic", None)


GOOD = """
id = "kitchen"
title = "Kitchen"
purpose = "Cooks."
words = ["soup", "kitchen"]
approvers = ["requester"]

[[specialist]]
id = "cook"
title = "Cook"
icon = ":cook:"
charter = "Cooks."
tools = ["search"]
model = "a-model"
[specialist.limits]
turns = 4
"""
TOOLS = frozenset({"search", "read", "read_thread", "read_file", "calendar", "calculate", "table"}) | {
    "date_add",
    "date_difference",
}


def load(folder: Path, text: str | bytes = GOOD, name: str = "kitchen.toml") -> DepartmentFiles:
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return DepartmentFiles.load(folder, TOOLS)


def test_a_department_doubts_unless_it_says_otherwise_with_the_tools_that_there_are(tmp_path: Path) -> None:
    kitchen = load(tmp_path).get("kitchen")
    assert (kitchen.sceptic, kitchen.sceptic_tools) == (True, ("search", "read"))
    without = dict(departments._read({"kitchen.toml": GOOD.replace('["search"]', '["read"]')}, frozenset({"read"})))
    assert without["kitchen"].sceptic_tools == ("read",), "by default only what is installed"
    quiet = load(tmp_path, "sceptic = false\nsceptic_tools = []\n" + GOOD).get("kitchen")
    assert (quiet.sceptic, quiet.sceptic_tools) == (False, ())


def test_a_department_says_who_reviews_whom(tmp_path: Path) -> None:
    waiter = GOOD[GOOD.index("[[spec") :].replace('"cook"', '"waiter"')
    kitchen = load(tmp_path, GOOD.replace('model = "a-model"', 'reviewer = "waiter"') + waiter).get("kitchen")
    assert [(member.id, member.reviewer) for member in kitchen.specialists] == [("cook", "waiter"), ("waiter", None)]


def test_a_department_file_is_read_as_it_is_written(tmp_path: Path) -> None:
    kitchen = load(tmp_path).get("kitchen")
    assert (kitchen.title, kitchen.approvers, kitchen.words) == ("Kitchen", ("requester",), ("soup", "kitchen"))
    assert kitchen.specialists == (
        Specialist("cook", "Cook", ":cook:", "Cooks.", ("search",), "a-model", Limits(4, 24, 4000)),
    )
    assert (kitchen.parallel, kitchen.rework_rounds, kitchen.max_tasks, kitchen.max_calls) == (4, 2, 12, 300)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id = ", "kitchen.toml is not valid TOML"),
        (GOOD.replace('title = "Kitchen"', "", 1), "kitchen.toml: title: Field required."),
        (GOOD + "\nnonsense = 1", "kitchen.toml: specialist.0.limits.nonsense: Extra inputs are not permitted."),
        (GOOD.replace('id = "cook"', 'id = "The Cook"'), "kitchen.toml: specialist.0.id: "),
        (GOOD.replace('":cook:"', '"cook"'), "kitchen.toml: specialist.0.icon: "),
        (GOOD.replace("turns = 4", "turns = 1"), "kitchen.toml: specialist.0.limits.turns: "),
        (GOOD.replace('["requester"]', "[]"), "kitchen.toml: approvers: "),
        (GOOD.replace('["requester"]', '["@maya"]'), "kitchen.toml: approvers.0: "),
        (GOOD.replace('["search"]', '["knife"]'), "kitchen.toml: there is no tool named knife; the tools are "),
        (GOOD + GOOD[GOOD.index("[[spec") :], "kitchen.toml: the specialist cook is there twice."),
        ('models = {plannr = "m"}\n' + GOOD, "kitchen.toml: models.plannr."),
        (GOOD[: GOOD.index("[[spec")], "kitchen.toml: specialist: Field required."),
        ("parallel = 0\n" + GOOD, "kitchen.toml: parallel: "),
        (
            GOOD.replace('model = "a-model"', 'reviewer = "cook"'),
            "kitchen.toml: cook cannot review its own work: name another member as reviewer.",
        ),
        (
            GOOD.replace('model = "a-model"', 'reviewer = "waiter"'),
            "kitchen.toml: cook is reviewed by waiter, who is no member; the members are cook.",
        ),
        (
            'sceptic_tools = ["knife"]\n' + GOOD,
            "kitchen.toml: there is no tool named knife; the tools are ",
        ),
        ('sceptic_tools = ["calculate"]\n' + GOOD, "kitchen.toml: the sceptic cannot have the tool calculate; it only"),
        ('sceptic = "maybe"\n' + GOOD, "kitchen.toml: sceptic: "),
    ],
)
def test_each_fault_of_a_department_file_is_one_sentence_that_names_it(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(DepartmentError) as raised:
        load(tmp_path, text)
    message = str(raised.value)
    assert message.startswith(said)
    assert message.endswith(".")
    assert not message.endswith("..")
    assert "\n" not in message


def test_a_folder_or_file_that_cannot_be_read_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(DepartmentError, match="is not there"):
        DepartmentFiles.load(tmp_path / "nowhere", TOOLS)
    with pytest.raises(DepartmentError, match="is not UTF-8 text"):
        load(tmp_path, b'id = "k\xff"')


def test_two_files_cannot_hold_the_same_department(tmp_path: Path) -> None:
    load(tmp_path)
    with pytest.raises(DepartmentError, match=r"more\.toml: the department kitchen is already in kitchen\.toml"):
        load(tmp_path, name="more.toml")


def test_a_department_of_ones_own_takes_the_place_of_the_ready_one(tmp_path: Path) -> None:
    own = load(tmp_path, GOOD.replace('id = "kitchen"', 'id = "general"'))
    assert own.get("general").title == "Kitchen"
    assert own.get("launch").title == "Launch department"


def test_the_ready_departments_are_sound_and_use_only_tools_that_there_are() -> None:
    ready = DepartmentFiles.load(None, TOOLS)
    assert {one.id for one in ready.all} >= {"general", "launch"}
    for one in ready.all:
        assert one.approvers
        assert all(member.limits.turns >= 6 for member in one.specialists), "time for tools and for finishing"


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("Research the top three competitors and create a 30-day launch calendar", "launch"),
        ("LAUNCH our new PRODUCT!", "launch"),
        ("Plan the office party", "general"),
        ("One launch", "general"),  # a single word is no sign
        ("", "general"),
        ("¡Ünïcödé! 🚀", "general"),
        ("Cook a soup in the kitchen", "kitchen"),
    ],
)
def test_the_department_is_chosen_by_the_words_of_the_mission(tmp_path: Path, text: str, id: str) -> None:
    assert load(tmp_path).choose(text).id == id


def test_a_department_that_is_gone_is_replaced_by_the_general_one() -> None:
    assert DepartmentFiles.load(None, TOOLS).get("dissolved").id == "general"
