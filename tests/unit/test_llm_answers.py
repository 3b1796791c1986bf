"""Answers are read as contracts, with at most two questions back."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

import pytest
from pydantic import BaseModel, ConfigDict, Field

from agents.contracts import HandOver, PlanDraft
from agents.llm.answers import answer, shape, tool_spec
from agents.ports import (
    Attempt,
    Message,
    ModelNonsense,
    ModelRefused,
    ModelReply,
    ModelRequest,
    ModelUnavailable,
    Usage,
)
from tests.fakes.adversarial import rows


class Score(BaseModel):
    """A judgement."""

    model_config = ConfigDict(extra="forbid")

    score: int = Field(ge=0, le=10)
    reason: str = ""


REQUEST = ModelRequest("m", (Message("system", "# Critic"), Message("user", "Judge it.")))
ATTEMPT = Attempt("m", "ok", Usage(1, 0, 1, 0), None, 0.1)


class Script:
    """A model that says one text after another, then the last one for ever."""

    def __init__(self, *texts: str, finish: str = "stop") -> None:
        self.texts = list(texts)
        self.finish = finish
        self.asked: list[ModelRequest] = []

    async def ask(self, request: ModelRequest) -> ModelReply:
        self.asked.append(request)
        text = self.texts.pop(0) if len(self.texts) > 1 else self.texts[0]
        return ModelReply(text, (), self.finish, "m", (ATTEMPT,))


async def test_a_good_answer_is_the_contract_at_once() -> None:
    script = Script('```json\n{"score": 7}\n```')
    assert await answer(script.ask, REQUEST, Score) == Score(score=7)
    assert [request.answer for request in script.asked] == [shape(Score)]
    assert script.asked[0].messages == REQUEST.messages


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"score": 11}', "score: Input should be less than or equal to 10."),
        ('{"score": "7"}', "score: Input should be a valid integer."),
        ('{"score": true}', "score: Input should be a valid integer."),
        ('{"score": null}', "score: Input should be a valid integer."),
        ("{}", "score: Field required."),
        ('{"score": 1, "mood": "good"}', "mood: Extra inputs are not permitted."),
        ('{"score": 1, "score": 2}', "A key stands twice"),
        ('{"score": NaN}', "NaN is not a JSON number."),
        ('{"score": 1', "cut off"),
        ("Seven out of ten.", "no JSON object"),
        ("", "The answer is empty."),
    ],
)
async def test_a_fault_is_told_in_plain_words_and_mended(text: str, said: str) -> None:
    script = Script(text, '{"score": 7}')
    assert (await answer(script.ask, REQUEST, Score)).score == 7
    first, second = script.asked
    echo, words = second.messages[-2:]
    assert second.messages[:-2] == first.messages
    assert (echo.role, echo.content) == ("assistant", text or "(nothing)")
    assert words.role == "user"
    assert said in words.content
    assert "http" not in words.content


@pytest.mark.parametrize("reasks", [0, 1, 2])
async def test_after_the_last_question_back_it_is_nonsense(reasks: int) -> None:
    script = Script("no")
    with pytest.raises(ModelNonsense, match="no usable Score") as caught:
        await answer(script.ask, REQUEST, Score, reasks=reasks)
    assert len(script.asked) == reasks + 1
    assert caught.value.attempts == ()  # they were handed over with each reply: never booked twice


async def test_questions_back_do_not_pile_up() -> None:
    script = Script("first", "second", "third")
    with pytest.raises(ModelNonsense):
        await answer(script.ask, REQUEST, Score)
    assert [len(request.messages) for request in script.asked] == [2, 4, 4]
    assert script.asked[2].messages[2].content == "second"


async def test_a_long_useless_answer_is_not_sent_back_whole() -> None:
    script = Script("x" * 100_000, '{"score": 7}')
    await answer(script.ask, REQUEST, Score)
    assert len(script.asked[1].messages[2].content) == 8000


async def test_faults_of_the_domain_are_told_and_mended_like_wrong_fields() -> None:
    def check(score: Score) -> Sequence[str]:
        return [] if score.reason else ["A judgement needs a reason."]

    script = Script('{"score": 7}', '{"score": 7, "reason": "short"}')
    assert (await answer(script.ask, REQUEST, Score, check=check)).reason == "short"
    assert "A judgement needs a reason." in script.asked[1].messages[-1].content


async def test_only_the_first_faults_are_told() -> None:
    script = Script('{"score": 7}')
    with pytest.raises(ModelNonsense) as caught:
        await answer(script.ask, REQUEST, Score, check=lambda _: [f"Fault {n}." for n in range(40)])
    told = script.asked[1].messages[-1].content
    assert told.count("Fault") == 10
    assert "30 more" in told
    assert len(str(caught.value)) < 600


async def test_an_answer_that_was_cut_off_is_asked_for_shorter_even_if_it_looks_whole() -> None:
    script = Script('{"score": 7}', finish="length")
    with pytest.raises(ModelNonsense, match="too long"):
        await answer(script.ask, REQUEST, Score)
    assert "fewer words" in script.asked[1].messages[-1].content
    assert len(script.asked) == 3


async def test_a_filtered_answer_is_not_asked_for_again() -> None:
    script = Script("", finish="content_filter")
    with pytest.raises(ModelRefused):
        await answer(script.ask, REQUEST, Score)
    assert len(script.asked) == 1


async def test_a_model_that_is_away_is_not_asked_again_here() -> None:
    async def ask(_: ModelRequest) -> ModelReply:
        raise ModelUnavailable("away", [ATTEMPT])

    with pytest.raises(ModelUnavailable) as caught:
        await answer(ask, REQUEST, Score)
    assert caught.value.attempts == (ATTEMPT,)


async def test_whatever_a_model_gets_wrong_ends_typed_after_at_most_two_questions_back() -> None:
    for row in rows("llm_bad_json"):
        for contract in (Score, PlanDraft):
            script = Script(row["text"])
            with pytest.raises(ModelNonsense):
                await answer(script.ask, REQUEST, contract)
            assert len(script.asked) == 3, row["id"]


def test_a_tool_of_a_contract_keeps_its_limits_and_its_fields_named_title() -> None:
    spec = tool_spec(HandOver, "hand_over", "Finish.")
    properties = spec.parameters["properties"]
    assert isinstance(properties, dict)
    assert properties["title"] == {"maxLength": 150, "minLength": 1, "type": "string"}
    assert "title" not in spec.parameters
    assert spec is tool_spec(HandOver, "hand_over", "Finish.")


def test_importing_the_package_does_not_import_the_vendor() -> None:
    program = (
        "import sys, agents.llm, agents.llm.answers, agents.llm.client, agents.llm.probe;"
        "print('openai' in sys.modules or 'httpx2' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "False"
