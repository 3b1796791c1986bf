"""Every view over missions that nobody would wish for: within Slack's limits, complete, and nothing in them acts."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import cycle, pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.domain import events as news
from agents.domain import plan as plans
from agents.domain.artifact import Artifact, Item, marks
from agents.domain.department import Department, Specialist
from agents.domain.evidence import Citation, Claim, Dependency, Snapshot, Status, Verdict
from agents.domain.mission import WAITING, WORKING, Decision, Gate, Mission, State, TaskState
from agents.domain.plan import Check, Estimate, Plan, Task
from agents.ports import File, ResultRecord, Spent, TaskRecord, Told
from bot.views import blockcheck, card, evidence, gates, home, modals, outcome, planform, quotes, waits, work
from bot.views.actions import Action
from bot.views.fit import fit
from bot.views.marks import Numbers, lines, without
from bot.views.mrkdwn import from_markdown
from bot.views.post import Post
from bot.views.text import safe_markdown
from tests.fakes import adversarial

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
TEAM = Department(
    "launch",
    "Launch department",
    "Takes a product to market.",
    (
        Specialist("researcher", "Market Researcher", ":mag:", "Finds things.", ("search", "read")),
        Specialist("writer", "Social Writer", ":pencil2:", "Writes things.", ("read",)),
    ),
)
HOSTS = frozenset({"a.example", "b.example"})
CHOSEN = {"<@U0MAYA00001>", "<#C0LAUNCH001>"}  # what the program itself puts between angle brackets

HOSTILE = [
    "<!channel>",
    "<!here|here>",
    "<@U0123456789>",
    "<#C0123456789|finance>",
    "<https://evil.example/x|Approve here>",
    "https://evil.example/leak?q=secret",
    "[Approve](https://evil.example/approve)",
    "![](https://evil.example/pixel.png)",
    "*bold* _it_ ~no~ `code` ```fence",
    "a & b < c > d &amp; &lt;!channel&gt;",
    "| a | b |\n| --- | --- |\n| 1 | 2 |",
    "# Heading\n\n- [ ] task",
    "</section><script>alert(1)</script>",
    "\u202eright to left\u202c \u200bzero\u200b width",
    "ＡＢＣ ＜！ｃｈａｎｎｅｌ＞",
    "Zoë 👩‍👩‍👧‍👦 żółć 漢字 عربي",
    "line one\nline two\r\nline three",
    "x" * 400,
    "word " * 300,
    "\t \t",
    "[t1.c1] [t9.c9] [t1.c2]",
]
words_drawn = st.one_of(st.sampled_from(HOSTILE), st.text(min_size=1, max_size=80))


def boxed(text: str, limit: int, least: str = "x") -> str:
    """What a contract lets through: not empty, at most so long."""
    return text[:limit] or least


@st.composite
def files(draw: st.DrawFn) -> File:
    """A mission with up to twelve tasks of all kinds, many claims in every state, and words from a hostile pool."""
    pool = cycle(draw(st.lists(words_drawn, min_size=3, max_size=7)))
    size = draw(st.sampled_from([1, 1, 3, 12]))
    state = draw(st.sampled_from(list(State)))
    tasks = tuple(_task(pool, n, draw) for n in range(1, size + 1))
    plan = Plan(boxed(next(pool), 120), boxed(next(pool), 1000), tasks, tuple(next(pool) for _ in range(size % 5)))
    snapshots = [
        Snapshot("s1", "web", "https://a.example/x", next(pool), "text", "2026-01-02"),
        Snapshot("s2", "library", "notes.md", next(pool), "text"),
    ]
    claims = [claim for task in tasks for claim in _claims(pool, task.id, draw(st.integers(0, 12)))]
    gates_made = [
        Gate("m1:plan:1", "m1", "plan", 1, "d", "", _decision("m1:plan:1", "approve", next(pool))),
        Gate("m1:task:1:t1", "m1", "task", 1, "d", "t1", _decided(draw, "m1:task:1:t1", "retry", pool)),
        Gate("m1:result:1", "m1", "result", 1, "d", "", _decided(draw, "m1:result:1", "send_back", pool)),
    ]
    return File(
        mission=Mission(
            "m1",
            "T1",
            "C0LAUNCH001",
            "1.0",
            "1.0",
            "U0MAYA00001",
            next(pool),
            "launch",
            state,
            1,
            NOON,
            boxed(next(pool), 120),
            next(pool),
        ),
        plan=plan,
        plan_rev=1,
        estimate=Estimate((3, 40), (2, 12), draw(st.sampled_from([None, (0.01, 2.5)]))),
        tasks={task.id: _record(pool, task, draw) for task in tasks},
        claims=claims,
        verdicts=[verdict for n, claim in enumerate(claims) for verdict in _verdicts(pool, claim, n)],
        snapshots={snapshot.id: snapshot for snapshot in snapshots},
        gates=gates_made,
        result=ResultRecord(
            1,
            "d",
            _long(pool, 3000),
            tuple(next(pool) for _ in range(draw(st.integers(0, 30)))),
            draw(st.sampled_from(["", next(pool)])),
            tuple(claim.id for claim in claims[: draw(st.integers(0, 9))]),
            draw(st.sampled_from(["", _long(pool, 900)])),
        ),
        notes=(),
        spent=Spent(41, 43, 100_000, 20_000, Decimal("0.13"), draw(st.integers(0, 3))),
        dependencies=[Dependency(one.id, other.id, "detected") for one, other in pairwise(claims)][::3],
        authors={claim.id: ("researcher", "writer", "gone")[n % 3] for n, claim in enumerate(claims)},
    )


def _long(pool: Iterator[str], size: int) -> str:
    text = next(pool)
    while len(text) < size * 2 // 3:
        text += "\n\n" + next(pool) + " [t1.c1]"
    return text[:size]


def _task(pool: Iterator[str], number: int, draw: st.DrawFn) -> Task:
    checks = (Check("columns", None, (next(pool), next(pool))), Check("max_chars", 280), Check("figures_marked"))
    return Task(
        f"t{number}",
        boxed(next(pool), 120),
        boxed(next(pool) * 12, 4000),
        ("researcher", "writer", "gone")[number % 3],
        draw(st.sampled_from(["text", "table", "items"])),
        tuple(f"t{n}" for n in range(1, number)),
        ("search", "read"),
        checks[: number % 4],
        number != 2,
        (next(pool),),
    )


def _record(pool: Iterator[str], task: Task, draw: st.DrawFn) -> TaskRecord:
    return TaskRecord(
        task.id,
        1,
        draw(st.sampled_from(list(TaskState))),
        plans.digest(task),
        draw(st.integers(1, 3)),
        boxed(next(pool), 600),
        _artifact(pool, task, draw(st.sampled_from([1, 7, 60, 100]))),
        (next(pool), next(pool)),
        tuple(next(pool) for _ in range(4)),
        NOON,
        NOON,
    )


def _artifact(pool: Iterator[str], task: Task, size: int) -> Artifact:
    title = boxed(next(pool), 150)
    if task.output == "table":
        width = 1 + size % 22
        columns = tuple(["Date", *(boxed(next(pool), 60) for _ in range(width))][: width + 1])
        rows = tuple((f"2026-12-{n % 28 + 1:02}", *(next(pool)[:300] for _ in range(width))) for n in range(size))
        return Artifact("table", title, columns=columns, rows=rows)
    if task.output == "items":
        return Artifact("items", title, items=tuple(Item(next(pool)[:80], _long(pool, 400)) for _ in range(size)))
    return Artifact("text", title, text=_long(pool, 200 * size))


def _claims(pool: Iterator[str], task: str, count: int) -> list[Claim]:
    kinds = ("fact", "inference", "opinion", "computed")
    return [
        Claim(
            f"{task}.c{n}",
            next(pool),
            kinds[n % 4],  # type: ignore[arg-type]
            n % 2 == 0,
            (Citation(("s1", "s2", "gone")[n % 3], next(pool)),) if n % 4 else (),
            (f"{task}.c{n - 1}",) if n % 4 == 0 and n > 1 else (),
            "1 + 1" if n % 4 == 3 else "",
        )
        for n in range(1, count + 1)
    ]


def _verdicts(pool: Iterator[str], claim: Claim, number: int) -> list[Verdict]:
    found = list(Status)[number % 5]
    if found is Status.TRACED:
        return [Verdict(claim.id, "rule", found, "traced")]
    return [Verdict(claim.id, "sceptic", found, "because", next(pool))]


def _decision(gate: str, choice: str, note: str) -> Decision:
    return Decision(gate, choice, "U0MAYA00001", NOON, "d", note)


def _decided(draw: st.DrawFn, gate: str, choice: str, pool: Iterator[str]) -> Decision | None:
    return _decision(gate, choice, _long(pool, 3000)) if draw(st.booleans()) else None


def posts(file: File) -> Iterator[tuple[str, Post]]:
    """Every message that can be drawn of the mission."""
    assert file.plan
    told = [Told(1, NOON, news.MissionAccepted("accepted")), Told(2, NOON + dt.timedelta(minutes=9), BACK)]
    for state in (file.mission.state, State.PLAN_GATE):
        there = replace(file, mission=replace(file.mission, state=state))
        yield "card", card.card(there, TEAM)
        yield "plain card", card.card(there, TEAM, rich_plan=False)
    yield "replaced", card.replaced()
    for task in file.plan.tasks:
        yield f"hand-over {task.id}", work.handed_over(file, TEAM, file.tasks[task.id])
        yield f"critique {task.id}", work.critique(file, TEAM, replace(BACK, task=task.id, points=_points(file)))
        yield f"doubt {task.id}", work.doubt(file, TEAM, task.id)
        delivery = outcome.deliverable(file, task.id, NOON)
        yield f"deliverable {task.id}", delivery.post
        yield f"beginning {task.id}", delivery.lead
        yield f"whole {task.id}", delivery.whole
    yield "stuck", gates.stuck(file, TEAM, file.gates[1], replace(STUCK, points=_points(file), reason=_points(file)[0]))
    yield "unjudged", work.unjudged(file, TEAM, news.ClaimsNotJudged("n", "t1", 1, ("t1.c1",), _points(file)[0]))
    yield "result", gates.result(file, TEAM, file.gates[2])
    yield "failed", gates.failed(file, file.mission.reason)
    for kind in (news.MissionCancelled, news.MissionPaused):
        for stood in ("", "running"):
            state = State.CANCELLED if kind is news.MissionCancelled else State.PAUSED
            there = replace(file, mission=replace(file.mission, state=state, stood=stood))
            event = kind("interrupted", "U0MAYA00001", file.mission.reason)
            yield f"{state} {stood}", gates.interrupted(there, event)
            yield f"{state} {stood}, resumed", gates.interrupted(there, event, "U0MAYA00001")
    yield "opening", outcome.opening(file)
    yield "receipt", outcome.receipt(file, told)


STUCK = news.TaskStuck("stuck", "t1", "researcher", 3, (), "m1:task:1:t1")
BACK = news.ReworkAsked("rework", "t1", "researcher", 1, "checks", ("Name the year.",))


def _points(file: File) -> tuple[str, ...]:
    return tuple(caveat for caveat in file.result.caveats[:12]) if file.result and file.result.caveats else ("Wrong.",)


def window(file: File, listing: quotes.Listing, page: int = 1) -> dict[str, Any]:
    return quotes.window(file, TEAM, listing, "m1|result", page, contest=True)


def views(file: File) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every form, window and Home tab."""
    assert file.plan
    yield "new", modals.new_mission(file.mission.text, "", None)
    yield "new here", modals.new_mission(file.mission.text, "C1|1.0", "C1")
    yield "change", modals.change_plan("m1:plan:1")
    yield "retry", modals.retry_task("m1:task:1:t1")
    yield "send back", modals.send_back("m1:result:1", file)
    yield "edit", planform.edit_plan("m1:plan:1", file, TEAM)
    for task in file.plan.tasks:
        artifact = file.tasks[task.id].artifact
        assert artifact
        yield f"read {task.id}", modals.read_work(artifact.title, outcome.document(file, artifact))
        yield f"quotes {task.id}", window(file, quotes.of_work(file, file.tasks[task.id]))
    for page in (1, 2, 99):
        yield f"quotes, page {page}", window(file, quotes.of_result(file), page)
        yield f"doubts, page {page}", window(file, quotes.of_doubts(file), page)
    doubted = evidence.contested(file, TEAM, file.claims)
    yield "approve anyway", quotes.approve_anyway("m1:result:1", doubted)
    yield "accept anyway", quotes.accept_anyway("m1:task:1:t1", doubted)
    for claim in file.claims[:1]:
        yield "contest", quotes.contest(claim, "m1|t1.c1|m1|result|1")
    yield "home", home.home([file.mission] * 25, [TEAM])
    yield "empty home", home.home([], [])
    asked = [
        (file.mission, Gate(f"m1:plan:{n}", "m1", "plan", n, "d", asked_at=file.mission.created_at))
        for n in range(2000)
    ]
    yield (
        "home with all that waits",
        home.home([file.mission] * 25, [TEAM] * 20, waits.lines(asked, file.mission.created_at, 10)),
    )


CAREFULLY = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)


@CAREFULLY
@given(files())
def test_every_message_can_be_posted_and_updated_whatever_it_says(file: File) -> None:
    for name, post in posts(file):
        for part in fit(post.payload("C0LAUNCH001", "1.0")):
            assert blockcheck.check_post(part) == [], name


@CAREFULLY
@given(files())
def test_every_window_can_be_opened_whatever_it_says(file: File) -> None:
    for name, view in views(file):
        assert blockcheck.check_view(view) == [], name


@CAREFULLY
@given(files())
def test_nothing_that_people_models_or_sources_wrote_acts_in_slack(file: File) -> None:
    for name, post in posts(file):
        payload = post.payload("C0LAUNCH001", "1.0")
        assert not re.search(r"<[^>]*>", payload["text"]), name
        assert (payload["unfurl_links"], payload["unfurl_media"]) == (False, False)
        _assert_inert(payload["blocks"], name)
    for name, view in views(file):
        _assert_inert(view["blocks"], name)


def _assert_inert(blocks: Any, name: str) -> None:
    for one in objects(blocks):
        text = str(one.get("text") or "")
        if one.get("type") == "mrkdwn":
            live = {found for found in re.findall(r"<[^>]*>", text) if found not in CHOSEN}
            assert {re.sub(r"\|.*", "|", found) for found in live} <= {"<https://a.example/x|"}, name
            assert one.get("verbatim") is True, f"{name}: Slack would make links of bare addresses in {text[:80]!r}"
        elif one.get("type") == "markdown":
            assert safe_markdown(text, HOSTS) == text, name
            assert not re.search(r"\]\((?!https://a\.example/)", re.sub(r"(?s)`+.*?`+", "", text)) or "\\]" in text


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a payload, however deep."""
    if isinstance(value, dict):
        yield value
        for one in value.values():
            yield from objects(one)
    elif isinstance(value, list):
        for one in value:
            yield from objects(one)


@pytest.mark.parametrize("row", adversarial.rows("mrkdwn_injection"), ids=lambda row: row["id"])
def test_injected_markup_is_shown_literally_in_every_view(row: dict[str, Any]) -> None:
    file = simple(row["text"])
    for name, post in posts(file):
        _assert_inert(post.payload("C1", "1.0")["blocks"], name)
        assert all(blockcheck.check_post(part) == [] for part in fit(post.payload("C1", "1.0")))
    for name, view in views(file):
        _assert_inert(view["blocks"], name)
        assert blockcheck.check_view(view) == [], name


def simple(text: str, artifact: Artifact | None = None, **more: Any) -> File:
    """A small mission in which every word of a stranger is this one."""
    said = text or "x"
    task = Task("t1", said[:120], said[:4000], "researcher", "text", deliverable=True)
    made = artifact or Artifact("text", said[:150], text=said)
    claim = Claim("t1.c1", said, citations=(Citation("s1", said),), key=True)
    return File(
        mission=Mission(
            "m1",
            "T1",
            "C0LAUNCH001",
            "1.0",
            "1.0",
            "U0MAYA00001",
            said,
            "launch",
            State.FAILED,
            1,
            NOON,
            said[:120],
            said,
        ),
        plan=Plan(said[:120], said[:1000], (replace(task, output=made.kind),), (said,)),
        plan_rev=1,
        estimate=Estimate((1, 2), (1, 2), None),
        tasks={"t1": TaskRecord("t1", 1, TaskState.ACCEPTED, "d", 1, said[:600], made, (said,), (said,), NOON, NOON)},
        claims=[claim],
        verdicts=more.get("verdicts", [Verdict("t1.c1", "sceptic", Status.CONTESTED, "refuted", said)]),
        snapshots={"s1": Snapshot("s1", "web", "https://a.example/x", said, said, "2026-01-02")},
        gates=[
            Gate("m1:plan:1", "m1", "plan", 1, "d", "", _decision("m1:plan:1", "approve", said)),
            Gate("m1:task:1:t1", "m1", "task", 1, "d", "t1"),
            Gate("m1:result:1", "m1", "result", 1, "d"),
        ],
        result=ResultRecord(1, "d", said, (said,)),
        notes=(),
    )


# ---- nothing is cut ----


def shown(post: Post) -> str:
    """All words of all parts of a message."""
    parts = fit(post.payload("C1", "1.0"))
    return "\n".join(
        str(one["text"]) for part in parts for one in objects(part["blocks"]) if isinstance(one.get("text"), str)
    )


plain_words = st.text(alphabet="abcdefghij klmnop", min_size=1, max_size=40).map(str.strip).filter(bool)
plain_artifacts = st.one_of(
    st.builds(
        Artifact,
        kind=st.just("text"),
        title=plain_words,
        text=st.lists(plain_words, min_size=1, max_size=40).map("\n\n".join),
    ),
    st.builds(
        lambda title, width, cells: Artifact(
            "table",
            title,
            columns=tuple(f"Column {n}" for n in range(width)),
            rows=tuple(tuple(f"{cell} {row}-{n}" for n in range(width)) for row, cell in enumerate(cells)),
        ),
        plain_words,
        st.integers(1, 25),
        st.lists(plain_words, min_size=1, max_size=120),
    ),
    st.builds(
        lambda title, items: Artifact("items", title, items=tuple(items)),
        plain_words,
        st.lists(st.builds(Item, label=plain_words, text=plain_words), min_size=1, max_size=60),
    ),
)


@settings(max_examples=25, deadline=None)
@given(plain_artifacts)
def test_a_document_and_the_posted_whole_hold_every_row_item_and_word(artifact: Artifact) -> None:
    file = simple("A mission", artifact)
    text = outcome.document(file, artifact)
    delivery = outcome.deliverable(file, "t1", NOON)
    for where in (text, delivery.document, shown(delivery.whole), shown(delivery.post)):
        told = " ".join(where.split())
        for piece in _pieces(artifact):
            assert " ".join(piece.split()) in told
    if artifact.kind == "table":
        assert text.count("\n|") == len(artifact.rows) + 2


def _pieces(artifact: Artifact) -> list[str]:
    cells = [*artifact.columns, *(cell for row in artifact.rows for cell in row)]
    items = [part for item in artifact.items for part in (item.label, item.text)]
    return [artifact.title, *artifact.text.split("\n\n"), *cells, *items]


def test_long_words_of_people_are_shown_to_their_end() -> None:
    file = simple("A mission")
    long = " ".join(f"word{n}" for n in range(700))
    record = replace(file.tasks["t1"], open_points=(long, "and last of all"), note=long[:600])
    assert "and last of all" in shown(work.handed_over(file, TEAM, record))
    gate = Gate("m1:result:1", "m1", "result", 1, "d", "", _decision("m1:result:1", "send_back", f"{long[:2900]} end"))
    assert f"{long[2880:2900]} end" in " ".join(shown(gates.result(file, TEAM, gate)).split())


def test_the_beginning_of_a_long_text_in_the_thread_ends_at_a_word_and_says_that_more_follows() -> None:
    for text in ("word " * 900, "x" * 5000, "# Title\n\n" + "paragraph of words\n\n" * 200, "# " + "x" * 5000):
        blocks, whole = work.preview(Artifact("text", "T", text=text), Numbers(simple("A mission")))
        assert not whole
        assert blocks[1]["elements"][0]["text"] == "… and more"
        lead = blocks[0]["text"].strip()
        assert lead and len(lead) <= work.LEAD + 1
        assert text.startswith(lead)
    assert work.preview(Artifact("text", "T", text="short"), Numbers(simple("A mission")))[1]


# ---- marks ----


def referring(text: str, *verdicts: Verdict) -> tuple[Numbers, str]:
    claims = [
        Claim("t1.c1", "A pod costs 0.42.", citations=(Citation("s1", "pod costs 0.42"),)),
        Claim("t1.c2", "It fell by 0.03.", "computed", expression="0.45 - 0.42", derived_from=("t1.c1",)),
        Claim("t2.c1", "Pods are nice.", "opinion"),
    ]
    file = replace(simple("A page"), claims=claims, verdicts=list(verdicts))
    numbers = Numbers(file)
    return numbers, numbers.text(text)


TRACED = (Verdict("t1.c1", "rule", Status.TRACED, "traced"), Verdict("t1.c2", "rule", Status.TRACED, "computed"))


def test_marks_become_numbers_in_the_order_of_first_use() -> None:
    numbers, text = referring("It fell [t1.c2]. It costs 0.42 [t1.c1]. Again [t1.c2]. Nice [t2.c1].", *TRACED)
    assert text == "It fell [1]. It costs 0.42 [2]. Again [1]. Nice [3]."
    assert [r.claim.id for r in numbers.references()] == ["t1.c2", "t1.c1", "t2.c1"]


def test_a_mark_that_stands_for_nothing_vanishes() -> None:
    assert referring("Nothing [t9.c9] here.")[1] == "Nothing  here."


def test_a_doubted_claim_says_so_wherever_it_is_used_and_what_speaks_against_it() -> None:
    against = Verdict("t1.c1", "sceptic", Status.CONTESTED, "refuted", "Other page says: “0.55”")
    numbers, text = referring("It costs 0.42 [t1.c1]. And again [t1.c1] (contested).", *TRACED, against)
    assert text == "It costs 0.42 [1, contested]. And again [1] (contested)."
    (line,) = lines(numbers.references())
    assert line == (
        "1. *contested*: “pod costs 0.42” — A page (2026-01-02) <https://a.example/x> "
        "**Against it:** Other page says: “0.55”"
    )


def test_a_sum_is_referred_to_with_its_expression_and_the_quote_it_goes_back_to() -> None:
    numbers, _ = referring("It fell [t1.c2].", *TRACED)
    (line,) = lines(numbers.references())
    assert "“pod costs 0.42” — A page" in line
    assert "(computed: 0.45 - 0.42)" in line


@given(st.text(alphabet="abc [t1.]c29,!\n", max_size=80))
def test_text_without_marks_has_no_marks_and_lost_nothing_else(text: str) -> None:
    bare = without(text)
    assert not marks(Artifact("text", "T", text=bare)) or "[t" in re.sub(r"\[t[0-9a-z_-]*\.c\d+\]", "", text)
    assert re.sub(r"\s", "", re.sub(r"\[t[0-9a-z_-]*\.c\d+\]", "", text)) == re.sub(r"\s", "", bare)


def test_what_is_published_has_no_space_where_a_mark_was() -> None:
    assert without("It costs 0.42 [t1.c1], and so [t1.c2] on [t2.c1]. End [t1.c1]") == "It costs 0.42, and so on. End"


def test_an_address_is_a_link_only_where_it_is_a_plain_one_of_a_source_that_was_read() -> None:
    artifact = Artifact("text", "T", text="One [t1.c1]. Two [t2.c1]. Three [t3.c1].")
    sources = ["https://a.example/x?a=1&b=2", "https://a.example/|<!channel>", "notes.md"]
    snapshots = {f"s{n}": Snapshot(f"s{n}", "web", at, f"Page {n}", "text") for n, at in enumerate(sources)}
    claims = [Claim(f"t{n + 1}.c1", "Said", citations=(Citation(f"s{n}", "quote"),)) for n in range(3)]
    file = replace(simple("A mission", artifact), snapshots=snapshots, claims=claims, verdicts=[])
    (line,) = [
        one["text"]
        for one in objects(list(outcome.deliverable(file, "t1", NOON).post.blocks))
        if "*Sources" in str(one.get("text"))
    ]
    assert line == "*Sources:* <https://a.example/x?a=1&amp;b=2|Page 0> · Page 1 · Page 2"


def test_a_document_that_goes_to_slack_or_into_a_file_carries_no_strange_links() -> None:
    text = "See [this](https://evil.example/x?q=secret) and ![](https://evil.example/p.png) <!channel>."
    delivery = outcome.deliverable(simple("A mission", Artifact("text", "T", text=text)), "t1", NOON)
    assert "https://evil.example" not in delivery.document
    assert "<!channel>" not in delivery.document


# ---- files ----


@given(st.text(max_size=100))
def test_a_file_name_is_safe_on_every_system(title: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", outcome.slug(title).strip("-"))
    assert len(outcome.slug(title)) <= 60


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("30-day Launch Calendar", "30-day-launch-calendar"),
        ("../../etc/passwd", "etc-passwd"),
        ("CON.md", "con-md"),
        ("漢字", "deliverable"),
        ("", "deliverable"),
    ],
)
def test_file_names_come_from_titles(title: str, name: str) -> None:
    assert outcome.slug(title) == name


def test_a_table_of_days_comes_with_csv_and_calendar_and_another_table_without() -> None:
    days = Artifact("table", "Plan", columns=("Date", "Theme"), rows=(("2026-12-01", "Start [t1.c1]"),))
    file = simple("A mission", days)
    csv, ics = outcome.attachments(file, "t1", days, NOON)
    assert (csv.name, ics.name) == ("plan.csv", "plan.ics")
    assert "Start" in csv.content.decode("utf-8-sig")
    assert "[t1.c1]" not in csv.content.decode("utf-8-sig")
    assert b"DTSTART;VALUE=DATE:20261201" in ics.content
    other = replace(days, rows=(("soon", "Start"),))
    assert [one.name for one in outcome.attachments(file, "t1", other, NOON)] == ["plan.csv"]


# ---- forms and the small dialect ----


def test_every_deliverable_can_be_chosen_to_be_sent_back() -> None:
    tasks = tuple(Task(f"t{n}", f"Task {n}", "Do", "writer", "text", deliverable=True) for n in range(1, 15))
    file = simple("A mission")
    assert file.plan
    view = modals.send_back("m1:result:1", replace(file, plan=replace(file.plan, tasks=tasks)))
    assert blockcheck.check_view(view) == []
    offered = {option["value"] for one in objects(view["blocks"]) for option in one.get("options", ())}
    assert offered == {task.id for task in tasks}


def test_what_was_entered_in_a_form_is_read_whatever_kind_of_field_it_is() -> None:
    entered = {
        "note": {"value": {"type": "plain_text_input", "value": "Shorter."}},
        "empty": {"value": {"type": "plain_text_input", "value": None}},
        "tasks": {"value": {"type": "checkboxes", "selected_options": [{"value": "t1"}, {"value": "t2"}]}},
        "none": {"value": {"type": "checkboxes", "selected_options": []}},
        "who": {"value": {"type": "static_select", "selected_option": {"value": "writer"}}},
        "channel": {"value": {"type": "conversations_select", "selected_conversation": "C1"}},
    }
    assert modals.values({"values": entered}) == {
        "note": "Shorter.",
        "empty": "",
        "tasks": ["t1", "t2"],
        "none": [],
        "who": "writer",
        "channel": "C1",
    }
    assert modals.values({}) == {}


@pytest.mark.parametrize(
    ("markdown", "mrkdwn"),
    [
        ("## Prices", "*Prices*"),
        ("**bold** and *it*", "*bold* and *it*"),
        ("- one\n* two", "•  one\n•  two"),
        ("[a page](https://a.example/x)", "a page (https://a.example/x)"),
        ("<!channel> & <@U1>", "&lt;!channel&gt; &amp; &lt;@U1&gt;"),
        ("| a | b |", "| a | b |"),
    ],
)
def test_markdown_is_told_in_the_dialect_of_windows(markdown: str, mrkdwn: str) -> None:
    assert from_markdown(markdown) == mrkdwn


def test_a_window_that_is_too_small_says_where_the_rest_is() -> None:
    view = modals.read_work("Long", "\n".join(f"{n} " + "word " * 500 for n in range(300)))
    assert blockcheck.check_view(view) == []
    assert "delivered document" in str(view["blocks"][-1])


def test_buttons_stand_only_where_there_is_something_to_decide() -> None:
    buttons = {state: _buttons(card.card(_in(state), TEAM)) for state in State}
    assert buttons[State.PLAN_GATE] == [Action.APPROVE, Action.EDIT, Action.CHANGE, Action.CANCEL]
    ended = (State.DELIVERED, State.CANCELLED, State.FAILED)
    assert all(buttons[state] == [] for state in ended)
    assert buttons[State.PAUSED] == [Action.RESUME, Action.STOP]
    assert all(buttons[state] == [Action.PAUSE, Action.STOP] for state in WORKING)
    assert all(buttons[state] == [Action.STOP] for state in WAITING - {State.PLAN_GATE})
    gate = Gate("m1:result:1", "m1", "result", 1, "d")
    open_result = gates.result(_in(State.RESULT_GATE), TEAM, gate)
    reading, deciding = {Action.EVIDENCE, Action.READ}, {Action.APPROVE, Action.SEND_BACK, Action.CANCEL}
    assert set(_buttons(open_result)) == {*reading, *deciding, Action.EDIT_RESULT}
    answered = replace(gate, decision=_decision(gate.id, "approve", ""))
    assert set(_buttons(gates.result(_in(State.DELIVERING), TEAM, answered))) == {Action.EVIDENCE, Action.READ}


def _in(state: State) -> File:
    file = simple("A mission")
    return replace(file, mission=replace(file.mission, state=state))


def _buttons(post: Post) -> list[str]:
    return [one["action_id"] for one in objects(list(post.blocks)) if one.get("type") == "button"]
