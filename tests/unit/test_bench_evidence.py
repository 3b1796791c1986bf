"""The benchmark of evidence: what it reads, what it counts, what it prints, and that it sees a ledger that is blind."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agents.contracts import Doubted, ScepticBrief, Window
from agents.domain.evidence import Status, Verdict
from agents.evidence import canonical, ledger
from bench.seeding.__main__ import lines
from bot import cli
from bot.bench import alone, natural, quotes, seeded, surface, targets
from bot.bench.cases import V1, BadCases, Case, load
from bot.bench.measures import Measures
from bot.bench.replay import replay, team
from bot.bench.sceptics import Assumed

LATER = {
    *("hedge_dropped", "scope_dropped", "swapped_roles", "unit_change", "percent_points", "wrong_sum"),
    *("out_of_context", "denied_statement", "split_claim", "translation", "sceptic_captured"),
}
TRAPS = {"rounding", "unit_conversion", "derived_total", "acronym", "date_format", "list_number"}
PAGE = "Ferry Works carried 4,210 cars in 2024, Ada Brandt said. The harbour was closed for a day in March."


def row(**more: Any) -> dict[str, Any]:
    """A case with one false claim and one true one."""
    body: dict[str, Any] = {
        "case_id": "one",
        "as_of": "2025-07-01",
        "sources": [{"source_id": "s1", "url": "https://a.example/x", "title": "Ferry Works", "text": PAGE}],
        "agents": [{"id": "scout", "depends_on": []}, {"id": "author", "depends_on": ["scout"]}],
        "claims": [
            {
                "claim_id": "c1",
                "agent": "scout",
                "text": "Ferry Works carried 4,210 cars in 2024.",
                "citations": [{"source_id": "s1", "quote": "Ferry Works carried 4,210 cars in 2024"}],
            },
            {
                "claim_id": "c2",
                "agent": "author",
                "text": "Ferry Works carried 6,900 cars in 2024.",
                "citations": [{"source_id": "s1", "quote": "Ferry Works carried 4,210 cars in 2024"}],
            },
        ],
        "faults": [{"type": "misquoted_number", "origin": "c2", "carriers": [], "truth": "4,210"}],
    }
    return body | more


def written(place: Path, *rows: object) -> Path:
    path = place / "cases.jsonl"
    path.write_text("\n".join(one if isinstance(one, str) else json.dumps(one) for one in rows), "utf-8")
    return path


def measured(arm: Callable[[Case], Any], cases: list[Case]) -> Measures:
    return Measures("arm", cases, [arm(case) for case in cases])


@pytest.fixture(scope="module")
def own() -> list[Case]:
    return load(seeded.FILES)


# ---- files ----


def claims(**more: Any) -> list[dict[str, Any]]:
    """The claims of the case, the first of them changed."""
    first, second = row()["claims"]
    return [first | more, second]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "line 2 is not a case: Invalid JSON"),
        ("[1]", "line 2 is not a case"),
        (row(as_of="yesterday"), "as_of"),
        (row(as_of=7), "as_of"),
        (row(agents=[]), "agents"),
        (row(claims=claims(text="")), "claims.0.text"),
        (row(claims=claims(kind="guess")), "claims.0.kind"),
        (row(claims=claims(agent="nobody")), "there is no agent nobody"),
        (row(claims=claims(derived_from=["c9"])), "there is no claim c9"),
        (row(claims=claims(claim_id="c2")), "the claim c2 is there twice"),
        (row(faults=[{"type": "x", "origin": "c7"}]), "there is no claim c7"),
        (row(agents=[{"id": "scout", "depends_on": ["author"]}, {"id": "author", "depends_on": ["scout"]}]), "circle"),
        (row(max_age_days=0), "max_age_days"),
        ("[" * 5000, "line 2 is not a case"),
    ],
)
def test_a_bad_line_is_one_sentence_with_file_and_line(tmp_path: Path, line: object, why: str) -> None:
    path = written(tmp_path, row(), line)
    with pytest.raises(BadCases) as caught:
        load([path])
    said = str(caught.value)
    assert said.startswith(f"{path}, line 2 is not a case: ") and why in said
    assert "\n" not in said and len(said) < 600


def test_files_that_are_not_there_or_hold_nothing_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadCases, match="No such file"):
        load([tmp_path / "nowhere.jsonl"])
    with pytest.raises(BadCases, match="holds no cases"):
        load([written(tmp_path, "", "  ")])
    with pytest.raises(BadCases, match="cannot be read"):
        load([tmp_path])


def test_bytes_that_are_no_text_are_named_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_bytes(json.dumps(row()).encode() + b'\n{"case_id": "\xff"}\n')
    with pytest.raises(BadCases, match="line 2 is not a case"):
        load([path])


def test_what_a_case_says_beyond_the_format_is_passed_over(tmp_path: Path) -> None:
    (case,) = load([written(tmp_path, row(mood="good", claims=claims(requires_independent=2)))])
    assert case.false == {"c2": "misquoted_number"}


def test_the_command_ends_with_the_sentence_and_without_a_report(tmp_path: Path, capsys) -> None:
    path = written(tmp_path, "no")
    assert cli.main(["bench", "evidence", str(path), "--ledger-only"]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert f"baton: {path}, line 1 is not a case: Invalid JSON" in told.err


# ---- our own cases ----


def test_our_own_file_is_what_its_generator_writes() -> None:
    (path,) = seeded.FILES
    assert path.read_text("utf-8") == "\n".join(lines()) + "\n"
    assert path.stat().st_size < 1_000_000


def test_our_own_file_holds_every_type_of_fault_and_every_trap(own: list[Case]) -> None:
    assert {fault.type for case in own for fault in case.faults} == {*V1, *LATER}
    assert {claim.trap for case in own for claim in case.claims} - {""} == TRAPS
    assert not any(claim.trap and claim.claim_id in case.false for case in own for claim in case.claims)
    assert sum(not case.faults for case in own) >= 30


def test_true_claims_of_our_own_file_quote_what_stands_in_their_sources(own: list[Case]) -> None:
    """Otherwise a blocked one would be the file's mistake and not the ledger's."""
    pages = {(case.case_id, source.source_id): source.text for case in own for source in case.sources}
    missing = [
        (case.case_id, claim.claim_id)
        for case in own
        for claim in case.claims
        if claim.claim_id not in case.false
        for quote in claim.citations
        if quote.quote not in pages[case.case_id, quote.source_id]
    ]
    assert missing == []


def test_the_ledger_alone_holds_the_targets_on_our_own_file(own: list[Case]) -> None:
    found = measured(alone.examine, own)
    assert [str(one) for one in targets.of_ledger(found, None) if not one.met] == []
    assert found.quarantined == 1.0


# ---- what is counted ----


def test_claims_that_a_ledger_lets_through_are_counted_as_escapes(tmp_path: Path, monkeypatch) -> None:
    cases = load([written(tmp_path, row())])
    assert measured(alone.examine, cases).escape == 0

    def blind(author: str, artifact: object, made: Any, *_: object) -> ledger.Findings:
        return ledger.Findings(
            tuple(made), (), tuple(Verdict(claim.id, "rule", Status.TRACED, "in_source") for claim in made)
        )

    monkeypatch.setattr(ledger, "examine", blind)
    found = measured(alone.examine, cases)
    assert (found.escape, found.macro_v1, found.by_type) == (1.0, 1.0, {"misquoted_number": 1.0})
    missed = [str(one) for one in targets.of_ledger(found, 0.0) if not one.met]
    assert missed == ["the macro escape rate on the types of v1 is 1; it should be at most 0.05"]


def test_a_ledger_that_stops_everything_misses_the_targets_as_well(tmp_path: Path, monkeypatch) -> None:
    def severe(author: str, artifact: object, made: Any, *_: object) -> ledger.Findings:
        against = tuple(Verdict(claim.id, "rule", Status.BLOCKED, "no", "No.") for claim in made)
        return ledger.Findings(tuple(made), (), against)

    monkeypatch.setattr(ledger, "examine", severe)
    found = measured(alone.examine, load([written(tmp_path, row())]))
    assert (found.escape, found.clean_blocked, found.clean_sure) == (0.0, 1, 0.0)
    assert len([one for one in targets.of_ledger(found, 0.0) if not one.met]) == 2


def test_the_arms_without_a_ledger_see_what_stands_in_the_final_text(tmp_path: Path) -> None:
    dead = claims()[1] | {"citations": [{"source_id": "s9", "quote": "x"}], "text": "It rained."}
    bare = claims()[1] | {"claim_id": "c3", "citations": [], "text": "It snowed."}
    clash = row(claims=[*claims(), bare])
    (case,), (linked,) = load([written(tmp_path, clash)]), load([written(tmp_path, row(claims=[claims()[0], dead]))])

    def sure(outcome: Any) -> list[str]:
        return [claim for claim, standing in outcome.standings.items() if standing.sure]

    assert sure(surface.nobody(case)) == ["c1", "c2", "c3"]
    assert sure(surface.critic(case)) == [], "c1 and c2 clash, and c3 has no mark"
    assert sure(surface.critic(linked)) == ["c1", "c2"]
    assert sure(surface.links(linked)) == ["c1"]


def test_a_carrier_counts_as_held_and_its_root_as_named(tmp_path: Path) -> None:
    made = [
        claims()[0],
        claims()[1] | {"agent": "scout", "citations": []},
        {"claim_id": "c3", "agent": "author", "text": "As shown, it was 6,900 cars in 2024.", "derived_from": ["c2"]},
    ]
    fault = {"type": "laundered_rephrase", "origin": "c2", "carriers": ["c3"], "truth": "4,210"}
    found = measured(alone.examine, load([written(tmp_path, row(claims=made, faults=[fault]))]))
    assert (found.escape, found.quarantined, found.rooted) == (0.0, 1.0, 1.0)


@pytest.mark.parametrize("assumed", [Assumed(0.5, 0.1, 1), Assumed(0.9, 0.25, 1)])
def test_an_assumed_sceptic_errs_as_often_as_it_says(own: list[Case], assumed: Assumed) -> None:
    doubts: dict[bool, list[bool]] = {True: [], False: []}
    for case in own:
        played = replay(case)
        page = next(iter(played.snapshots.values()))
        window = Window(snapshot=page.id, title="", source="", published=None, text=page.text)
        asked = [Doubted(id=id, text="", windows=[window]) for id in played.names.values()]
        for finding in assumed.answer(ScepticBrief(claims=asked, today="2025-01-01"), played).findings:
            doubts[played.claims[finding.claim] in case.false].append(finding.answer == "not_in_source")
    assert sum(doubts[True]) / len(doubts[True]) == pytest.approx(assumed.recall, abs=0.1)
    assert sum(doubts[False]) / len(doubts[False]) == pytest.approx(assumed.alarm, abs=0.05)


# ---- quotes ----


def test_true_quotes_are_accepted_and_tampered_ones_are_not(own: list[Case]) -> None:
    found = quotes.table(quotes.of_cases(own), 1)
    assert {one.sort for one in found} == set(quotes.ORDER)
    assert all(one.count > 100 for one in found)
    assert [str(one) for one in targets.of_quotes("the cases", found) if not one.met] == []


def test_a_matcher_that_accepts_everything_misses_the_target_for_every_tampered_sort(own, monkeypatch) -> None:
    monkeypatch.setattr(canonical, "find", lambda quote, text: (0, 1))
    found = quotes.table(quotes.of_cases(own), 1)
    assert len([one for one in targets.of_quotes("x", found) if not one.met]) == len(quotes.TAMPERED)


# ---- natural claims ----


def natural_folder(place: Path) -> Path:
    """The four files, with two claims about the page each: one right, one with a foreign figure."""
    said = [("Ferry Works carried 4,210 cars.", "supported"), ("Ferry Works carried 90 lorries.", "unsupported")]
    documents = [{"doc_id": "d", "text": PAGE}]
    summaries = [{"claim": claim, "doc_id": "d", "label": label} for claim, label in said]
    cited = [{"claim": claim, "evidence": [PAGE], "label": label} for claim, label in said]
    bodies = (documents, summaries, [*cited, {"claim": "x", "evidence": [], "label": "supported"}], cited)
    for name, rows in zip(natural.FILES, bodies, strict=True):
        (place / name).write_text("\n".join(map(json.dumps, rows)), "utf-8")
    return place


def test_natural_claims_are_measured_by_set_and_together(tmp_path: Path) -> None:
    place = natural.folder(natural_folder(tmp_path))
    assert place
    judged = natural.load(place)
    assert [(one.set, one.supported) for one in judged[:2]] == [("summedits", True), ("summedits", False)]
    assert len(judged) == 6, "a row without evidence is left out"
    rules = natural.digits(judged)
    assert [(one.set, one.caught, one.alarms) for one in rules[-2:]] == [("wice", 1, 0), ("all", 3, 0)]
    block, warn = natural.together(judged)
    assert (block.recall, block.alarm_rate, block.precision) == (1.0, 0.0, 1.0)
    assert warn.caught >= block.caught


def test_a_folder_without_the_natural_claims_is_refused_by_name(tmp_path: Path, capsys) -> None:
    path = written(tmp_path, row())
    assert cli.main(["bench", "evidence", str(path), "--ledger-only", "--natural", str(tmp_path)]) == 1
    assert "does not hold the natural claims: summedits_docs.jsonl" in capsys.readouterr().err


def test_a_bad_line_among_natural_claims_is_named(tmp_path: Path) -> None:
    natural_folder(tmp_path)
    (tmp_path / natural.FILES[3]).write_text('{"claim": "x", "label": "supported"}\n', "utf-8")
    with pytest.raises(BadCases, match=r"wice_claims\.jsonl, line 1 has no evidence"):
        natural.load(tmp_path)


# ---- the command ----


def report(path: Path, place: Path, *more: str) -> tuple[int, dict[str, Any]]:
    out = place / "report.json"
    status = cli.main(["bench", "evidence", str(path), "--ledger-only", "--json", str(out), *more])
    return status, json.loads(out.read_text("utf-8"))


def test_the_same_bytes_give_the_same_report_but_for_times(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.delenv("BATON_TEST_DATA", raising=False)
    path = written(tmp_path, row(), row(case_id="two", faults=[]))
    (status, one), (_, two) = report(path, tmp_path), report(path, tmp_path)
    assert status == 0
    assert one.pop("timing").keys() == two.pop("timing").keys() == {"seconds", "ledger_ms_a_mission", "targets"}
    assert one == two
    assert one["format"] == "baton bench evidence 1"
    assert (one["cases"], one["claims"], one["false_claims"], one["natural"]) == (2, 4, 1, None)
    assert [arm["name"] for arm in one["arms"]][-1] == "B ledger alone"
    assert one["arms"][-1]["by_type"] == {"misquoted_number": 0.0}
    text = capsys.readouterr().out
    assert "misquoted_number" in text and natural.ABSENT in text


def test_a_missed_target_is_told_and_ends_with_1_only_where_targets_were_asked_for(
    tmp_path, monkeypatch, capsys
) -> None:
    monkeypatch.delenv("BATON_TEST_DATA", raising=False)
    spoilt = row(faults=[{"type": "misquoted_number", "origin": "c1", "carriers": []}])
    path = written(tmp_path, spoilt)
    status, body = report(path, tmp_path)
    assert status == 0
    assert [one["met"] for one in body["targets"] if "v1" in one["name"]] == [False]
    assert report(path, tmp_path, "--targets")[0] == 1
    assert (
        "Missed: the macro escape rate on the types of v1 is 1; it should be at most 0.05." in capsys.readouterr().out
    )


def test_a_real_sceptic_needs_a_model_server(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    assert cli.main(["bench", "evidence", str(written(tmp_path, row())), "--sceptic", "gpt-9"]) == 1
    assert "set OPENAI_API_KEY or OPENAI_BASE_URL" in capsys.readouterr().err


def test_a_case_is_replayed_in_the_order_of_its_agents(tmp_path: Path) -> None:
    agents = [
        {"id": "author", "depends_on": ["scout"]},
        {"id": "scout", "depends_on": []},
        {"id": "idle", "depends_on": []},
    ]
    played = replay(load([written(tmp_path, row(agents=agents))])[0])
    assert [(task.id, task.specialist, task.needs) for task in played.plan.tasks] == [
        ("t1", "scout", ()),
        ("t2", "author", ("t1",)),
    ]
    assert played.names == {"c1": "t1.c1", "c2": "t2.c1"}
    assert played.hand_over("t2").text == "- Ferry Works carried 6,900 cars in 2024. [t2.c1]"
    assert [snapshot.kind for snapshot in played.captured("t1")] == ["web"]


def test_a_source_that_is_not_there_has_a_snapshot_that_nothing_has(tmp_path: Path) -> None:
    made = claims(citations=[{"source_id": "s9", "quote": "x"}])
    played = replay(load([written(tmp_path, row(claims=made))])[0])
    cited = played.hand_over("t1").claims[0].citations[0].snapshot
    assert cited not in {snapshot.id for snapshot in played.snapshots.values()}


def test_measures_of_nothing_are_none() -> None:
    nothing = Measures("arm", [], [])
    assert (nothing.escape, nothing.macro(), nothing.rooted, nothing.ms) == (None, None, None, None)
    assert next(targets.of_ledger(nothing, None)).name == "the number of true claims blocked"


def test_the_department_of_a_case_takes_sources_for_as_old_as_the_case_says(tmp_path: Path) -> None:
    (case,) = load([written(tmp_path, row(max_age_days=90))])
    department = team(case, sceptic=False)
    assert (department.source_days, department.sceptic) == (90, False)
