"""The benchmark's cases on the real phases and rows: what is counted is what the person is shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agents.contracts import DoubtDraft, DoubtsDraft
from agents.domain.evidence import Status, Verdict
from agents.evidence import ledger
from agents.ports import ModelReply, ModelRequest
from bot import cli
from bot.bench import alone, reading, seeded, stage, study
from bot.bench.cases import Case, load
from bot.bench.cast import brief_of
from bot.bench.measures import Measures
from bot.bench.sceptics import Assumed
from bot.views import marks

WANTED = (
    "misquoted_number",
    "laundered_rephrase",
    "contradiction",
    "injected_page",
    "false_code_result",
    "scope_dropped",
)


def few(*types: str) -> list[Case]:
    """The first of our own cases with each type of fault, and the first without any."""
    own = load(seeded.FILES)
    faulty = [next(case for case in own if type in case.false.values()) for type in types or WANTED]
    return [*faulty, next(case for case in own if not case.faults)]


async def played(cases: list[Case], sceptic: Any = None) -> Measures:
    return Measures("department", cases, await stage.play_all([(case, sceptic) for case in cases]))


async def test_the_department_shows_what_the_ledger_alone_finds() -> None:
    cases = few()
    found = await played(cases)
    assert found.faults == []
    assert (found.extra_calls, found.sceptic_calls) == (0, 0)
    for case, outcome in zip(cases, found.outcomes, strict=True):
        expected = alone.examine(case).standings
        assert {id: s.sure for id, s in outcome.standings.items()} == {id: s.sure for id, s in expected.items()}


async def test_blocked_work_is_sent_back_and_still_counts_as_blocked_when_a_person_accepts_it() -> None:
    (case, _) = cases = few("misquoted_number")
    found = await played(cases)
    (origin,) = case.false
    standing = found.outcomes[0].standings[origin]
    assert standing.blocked and not standing.sure
    assert found.outcomes[0].rework > 0
    assert found.outcomes[1].rework == 0


async def test_a_ledger_that_finds_nothing_shows_up_as_escapes(monkeypatch: pytest.MonkeyPatch) -> None:
    def blind(author: str, artifact: object, claims: Any, *_: object) -> ledger.Findings:
        traced = tuple(Verdict(claim.id, "rule", Status.TRACED, "in_source") for claim in claims)
        return ledger.Findings(tuple(claims), (), traced)

    monkeypatch.setattr(ledger, "examine", blind)
    found = await played(few("misquoted_number"))
    assert (found.faults, found.escape) == ([], 1.0)


async def test_a_doubt_that_is_on_record_but_not_shown_counts_as_an_escape(monkeypatch: pytest.MonkeyPatch) -> None:
    cases = few("misquoted_number")
    assert (await played(cases)).escape == 0.0
    monkeypatch.setattr(marks, "status", lambda claim, verdicts: Status.TRACED)
    assert (await played(cases)).escape == 1.0


async def test_work_whose_claims_are_not_shown_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marks.Numbers, "text", lambda self, text: "nothing")
    with pytest.raises(reading.Unreadable, match="0 of 4 claims of t1 are shown"):
        await stage.play_all([(few("misquoted_number")[0], None)])


async def test_a_better_sceptic_lets_less_through_and_asks_no_more_than_it_may() -> None:
    cases = few("scope_dropped", "swapped_roles", "translation")
    arms = [await played(cases, Assumed(recall, 0.0, 1)) for recall in (0.0, 1.0)]
    assert arms[0].faults == arms[1].faults == []
    assert arms[1].escape == 0.0
    assert arms[0].escape is not None and arms[0].escape >= arms[1].escape
    for arm in arms:
        assert 0 < arm.sceptic_calls <= arm.sceptic_allowed
        assert arm.tokens and arm.tokens > 0
    assert arms[1].recall == 1.0 and arms[1].alarm == 0.0


async def test_each_setting_of_an_assumed_sceptic_has_its_own_outcomes() -> None:
    """Cases that two settings doubt alike are played once; what comes out must be as if each had been played."""
    cases = few("scope_dropped", "swapped_roles")
    found = await study.study(study.Asked(cases, seed=3))
    one = found.assumed[1]
    alone_played = await played(cases, Assumed(0.5, 0.25, 3))
    assert [(o.standings, o.calls, o.tokens) for o in one.outcomes] == [
        (o.standings, o.calls, o.tokens) for o in alone_played.outcomes
    ]
    assert found.disagreements == []


class Doubter:
    """A model server's sceptic that doubts everything."""

    def __init__(self) -> None:
        self.models: list[str] = []

    async def ask(self, request: ModelRequest) -> ModelReply:
        self.models.append(request.model)
        asked = [claim["id"] for claim in brief_of(request)["claims"]]
        findings = [DoubtDraft(claim=id, answer="not_in_source", reason="No.") for id in asked]
        return ModelReply(DoubtsDraft(findings=findings).model_dump_json(), (), "stop", request.model, ())


async def test_a_real_sceptic_is_asked_by_its_name_and_its_errors_are_counted() -> None:
    cases, doubter = few("scope_dropped"), Doubter()
    outcomes = await stage.play_all([(case, doubter) for case in cases], model="model-x")
    found = Measures("C", cases, outcomes)
    assert set(doubter.models) == {"model-x"}
    assert found.alarm == 1.0
    assert found.clean_sure == 0.0


async def test_a_department_that_breaks_is_told_and_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> ledger.Findings:
        raise RuntimeError("broken")

    cases = few("misquoted_number")
    with monkeypatch.context() as patch:
        patch.setattr(ledger, "examine", broken)
        found = await played(cases)
    assert len(found.faults) == 2 and "ended as failed" in found.faults[0]
    assert found.rows == []


async def test_two_processes_find_what_one_finds() -> None:
    parts = [(case, None) for case in few("misquoted_number")]
    one, two = await study.played(parts, 1), await study.played(parts, 2)
    assert [outcome.standings for outcome in one] == [outcome.standings for outcome in two]


def test_the_command_prints_the_table_of_sensitivity_and_writes_it(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.delenv("BATON_TEST_DATA", raising=False)
    (source,) = seeded.FILES
    wanted = [json.loads(line) for line in source.read_text("utf-8").splitlines()[:1]]
    path, out = tmp_path / "cases.jsonl", tmp_path / "report.json"
    path.write_text("\n".join(map(json.dumps, wanted)), "utf-8")
    assert cli.main(["bench", "evidence", str(path), "--jobs", "1", "--json", str(out)]) == 0
    assert "Sensitivity: an assumed sceptic, which is no result" in capsys.readouterr().out
    body = json.loads(out.read_text("utf-8"))
    names = [arm["name"] for arm in body["arms"]]
    assert names[4:] == ["B department", *(f"C r={r} f={f}" for r in ("0.5", "0.75", "0.9") for f in ("0.1", "0.25"))]
