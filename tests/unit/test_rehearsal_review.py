"""The rehearsal's critic, sceptic and manager: what they send back, doubt and say."""

from __future__ import annotations

from typing import Any

import pytest

from agents.contracts import (
    AdvocateBrief,
    ClaimBrief,
    CriticBrief,
    CritiqueDraft,
    DoubtDraft,
    Doubted,
    DoubtsDraft,
    ManagerBrief,
    Material,
    ScepticBrief,
    Window,
)
from agents.domain import checks
from agents.domain.artifact import Artifact
from agents.domain.evidence import Claim
from agents.domain.plan import Check
from bot.local.rehearsal import mind
from bot.local.rehearsal.reading import Exchange, Use
from bot.local.rehearsal.roles import advocate, critic, manager, reviewer, sceptic
from bot.local.rehearsal.roles.notice import NOTICE

MISSION = "Compare Alder Library and Brook Library by opening hours."


def judged(work: str, **more: Any) -> CritiqueDraft:
    values: dict[str, Any] = {
        "mission": MISSION,
        "task": "t1",
        "title": "Comparison",
        "brief": "Compare Alder Library and Brook Library.",
        "checks": [],
        "work": work,
        "claims": [],
    }
    return critic.answer(CriticBrief.model_validate(values | more))


def claim(id: str, text: str, status: str = "traced", **more: str) -> ClaimBrief:
    return ClaimBrief(id=id, text=text, status=status, **more)


GOOD = "# Hours\n\nAlder Library opens longer than Brook Library [t1.c1]."


def test_work_that_does_what_is_asked_is_accepted() -> None:
    assert judged(GOOD) == CritiqueDraft(verdict="accept", points=[])


@pytest.mark.parametrize(
    ("work", "more", "said"),
    [
        (GOOD, {"claims": [claim("t1.c1", "x", "blocked", detail="The quote is not there.")]}, "t1.c1 does not stand"),
        (GOOD, {"claims": [claim("t1.c1", "x", "contested")]}, "t1.c1 is contested"),
        ("# Hours\n\nAlder Library opens longer.", {}, "Brook Library"),
        (f"{GOOD}\n\n## Fees\n\n## Staff\n\nTwelve people.", {}, "“Fees” is empty"),
        (f"{GOOD}\n\n## Fees", {}, "“Fees” is empty"),
        (f"{GOOD}\n\nTODO: fees", {}, "TODO"),
        ("", {}, "no work to speak of"),
        (
            f"{GOOD}\n- The same words stand here again and again.\n- The same words stand here again and again.",
            {},
            "twice",
        ),
        ("Cooking pasta takes a while.", {"mission": "Write about quantum chess.", "brief": "Write."}, "quantum chess"),
    ],
)
def test_work_with_a_fault_goes_back_with_a_point_that_names_it(work: str, more: dict[str, Any], said: str) -> None:
    critique = judged(work, **more)
    assert critique.verdict == "rework"
    assert any(said in point for point in critique.points)


def test_a_contested_claim_may_be_used_when_the_line_says_so() -> None:
    work = "Alder Library opens 48 hours [t1.c1] (contested); Brook Library closes on Mondays."
    assert judged(work, claims=[claim("t1.c1", "x", "contested")]).verdict == "accept"


def test_an_honest_unknown_is_an_answer() -> None:
    assert judged("Nothing was found on the libraries; it is unknown.").verdict == "accept"


def test_the_last_round_only_looks_at_claims_that_do_not_stand() -> None:
    assert judged(f"{GOOD}\n\n## Fees", round=3).verdict == "accept"
    assert judged(GOOD, round=3, claims=[claim("t1.c1", "x", "blocked")]).verdict == "rework"


# ---- sceptic ----


def window(id: str, text: str, title: str = "A page", published: str | None = None) -> Window:
    return Window(snapshot=id, title=title, source=f"https://{id}.example/", published=published, text=text)


def doubt(text: str, *windows: Window) -> DoubtDraft:
    brief = ScepticBrief(claims=[Doubted(id="t1.c1", text=text, windows=list(windows))], today="2026-11-23")
    (finding,) = sceptic.findings(brief).findings
    return finding


PRICE = "Ferndale sells its pod at €0.46 per pod in sleeves of 20."


def test_a_sentence_that_says_the_same_supports_with_its_own_words() -> None:
    finding = doubt(PRICE, window("a", f"Ferndale is a brand. {PRICE} It ships on Mondays."))
    assert (finding.answer, finding.snapshot, finding.quote) == ("supported", "a", PRICE)


def test_another_figure_for_the_same_thing_in_another_source_refutes() -> None:
    other = "Ferndale sells its pod at €0.52 per pod in all shops."
    finding = doubt(PRICE, window("a", PRICE), window("b", f"Prices of the day. {other}"))
    assert (finding.answer, finding.snapshot, finding.quote) == ("refuted", "b", other)


@pytest.mark.parametrize(
    "other",
    [
        "Ferndale sells its pod at €0.46 per pod in all shops.",  # the same figure
        "Kestrel sells its pod at €0.52 per pod in all shops.",  # another subject
        "Ferndale sells its decanter for €52 in all shops.",  # another thing
        "Ferndale had 52 people on the payroll.",  # another kind of figure
        "Ferndale does not sell its pod at €0.52 per pod.",  # a denial
    ],
)
def test_what_does_not_clash_does_not_refute(other: str) -> None:
    assert doubt(PRICE, window("a", PRICE), window("b", other)).answer == "supported"


def test_figures_of_different_years_do_not_clash() -> None:
    then = "Ferndale had a market share of 17% in 2021."
    now = "Ferndale had a market share of 27% in 2025."
    assert doubt(now, window("a", now), window("b", then)).answer == "supported"


def test_what_no_window_says_is_not_in_source() -> None:
    assert doubt(PRICE, window("a", "Ferndale is a brand of tea.")).answer == "not_in_source"
    assert doubt(PRICE).answer == "not_in_source"


def test_a_changed_figure_is_not_supported() -> None:
    assert doubt(PRICE.replace("0.46", "0.48"), window("a", PRICE)).answer != "supported"


def test_a_product_s_name_stands_for_its_maker() -> None:
    said = "The Leaf breaks down within 12 weeks in home compost."
    finding = doubt(
        said,
        window("a", f"Ferndale makes pods. {said}", "Ferndale Leaf, product page"),
        window("b", "The Ferndale Leaf broke down within 26 weeks in home compost.", "A test"),
    )
    assert finding.answer == "refuted"


def test_every_claim_gets_one_finding() -> None:
    brief = ScepticBrief(
        claims=[Doubted(id=f"t1.c{n}", text=PRICE, windows=[window("a", PRICE)]) for n in range(1, 9)],
        today="2026-11-23",
    )
    assert [one.claim for one in sceptic.findings(brief).findings] == [f"t1.c{n}" for n in range(1, 9)]


# ---- manager ----

CLAIMS = [
    claim("t1.c1", "Alder Library opens 48 hours a week.", "verified"),
    claim("t1.c2", "Brook Library opens 36 hours a week.", "contested", detail="A page says: “30 hours”."),
]
WORK = Material(
    task="t1",
    title="30-day comparison of 2 libraries",
    specialist="analyst",
    work="## Alder Library\n\n- Alder Library opens 48 hours a week [t1.c1].\n\n## Brook Library\n\n- Hours [t1.c2].",
    claims=CLAIMS,
)


def managed(**more: Any) -> Any:
    values: dict[str, Any] = {
        "mission": MISSION,
        "title": "Libraries",
        "goal": "Done",
        "materials": [WORK],
        "doubted": [],
    }
    return manager.answer(ManagerBrief.model_validate(values | more))


def test_the_result_says_that_no_language_model_was_used() -> None:
    assert NOTICE in managed().summary
    assert NOTICE in managed(materials=[]).summary


def test_every_figure_of_the_summary_bears_its_mark() -> None:
    summary = managed(doubted=[CLAIMS[1]], dropped=["2 posts"]).summary
    evidence = checks.Evidence({one.id: Claim(one.id, one.text) for one in CLAIMS}, {})
    assert checks.failures(Check("figures_marked"), Artifact("text", "s", text=summary), evidence) == []
    assert "48 hours a week [t1.c1]" in summary
    assert "36 hours" not in summary  # it is doubted


def test_doubted_claims_and_dropped_tasks_become_caveats() -> None:
    caveats = managed(doubted=[CLAIMS[1]], dropped=["Five posts"]).caveats
    assert any("One claim stays in doubt" in one for one in caveats)
    assert any("Five posts" in one for one in caveats)


def test_many_doubts_are_counted_and_the_summary_stays_short() -> None:
    doubted = [claim(f"t1.c{n}", "word " * 200, "contested") for n in range(1, 60)]
    result = managed(doubted=doubted)
    assert len(result.summary) <= 3000
    assert len(result.caveats) < 20


# ---- a sceptic that searches ----

SEARCH = {"search": {"properties": {"query": {}, "limit": {}}}, "read": {"properties": {"source": {}}}}
SHARE = Doubted(
    id="t1.c1",
    text="Kelvora had a market share of 21.9% in 2025.",
    windows=[
        Window(
            snapshot="s1",
            title="Report",
            source="https://a.example/report",
            published=None,
            text="Kelvora had a market share of 21.9% in 2025.",
        )
    ],
)
HITS = "1. Report\nsource: https://a.example/report\n2. Shelf war\nsource: https://b.example/war"
WAR = """snapshot: s2
title: Shelf war
source: https://b.example/war
<<<s2
Kelvora reached a market share of 25.8% in 2025.
s2>>>"""


def test_the_sceptic_searches_then_reads_what_no_window_shows_and_refutes_by_it() -> None:
    brief = ScepticBrief(claims=[SHARE], today="2026-11-23").model_dump_json()
    first = mind.answer(Exchange("sceptic", "", brief, tools=SEARCH))
    (search,) = first.calls
    assert (search.name, "21.9" in search.arguments["query"]) == ("search", False), "it asks without the figure"
    looked = Use("search", search.arguments, HITS)
    (read,) = mind.answer(Exchange("sceptic", "", brief, (looked,), tools=SEARCH)).calls
    assert (read.name, read.arguments["source"]) == ("read", "https://b.example/war")
    last = mind.answer(Exchange("sceptic", "", brief, (looked, Use("read", read.arguments, WAR)), tools=SEARCH))
    (finding,) = DoubtsDraft.model_validate_json(last.text).findings
    assert (finding.answer, finding.snapshot) == ("refuted", "s2")


def test_without_tools_the_sceptic_answers_at_once() -> None:
    brief = ScepticBrief(claims=[SHARE], today="2026-11-23").model_dump_json()
    answer = mind.answer(Exchange("sceptic", "", brief))
    assert answer.calls == ()
    assert DoubtsDraft.model_validate_json(answer.text).findings[0].answer == "supported"


# ---- reviewer and devil's advocate ----


@pytest.mark.parametrize(
    ("work", "said"),
    [
        ("A revolutionary pod.", "“revolutionary”"),
        ("Buy it now!!!", "shouting"),
        ("A b c d e f g h i j k l m.\nA b c d e f n o p q r s t.", "begin"),
    ],
)
def test_the_reviewer_names_what_the_craft_forbids(work: str, said: str) -> None:
    brief = CriticBrief(mission=MISSION, task="t1", title="T", brief="B", checks=[], work=work, claims=[])
    draft = reviewer.answer(brief)
    assert draft.verdict == "rework"
    assert said in " ".join(draft.points)
    assert reviewer.answer(brief.model_copy(update={"round": 3})).verdict == "accept", "it does not go on for ever"
    assert reviewer.answer(brief.model_copy(update={"work": GOOD})).verdict == "accept"


def test_the_advocate_attacks_the_weakest_claim_of_the_conclusion_by_its_id() -> None:
    brief = AdvocateBrief(
        mission=MISSION,
        conclusion="Alder opens longer [t1.c1], and is old [t1.c2].",
        claims=[
            claim("t1.c1", "Alder opens 48 hours."),
            claim("t1.c2", "Alder was founded in 1931.", "contested", detail="A page says 1941."),
            claim("t1.c3", "Brook is new.", "blocked"),
        ],
    )
    draft = advocate.answer(brief)
    assert draft.claims == ["t1.c2"]
    assert "1931" in draft.premise
    assert "1941" in draft.objection
