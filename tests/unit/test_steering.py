"""What replies are taken for, and what is said to them."""

from __future__ import annotations

import pytest

from agents.domain.mission import State
from bot.steering import REACTION, Kind, classify, line

TABLE = {
    Kind.STOP: [
        "Stop!",
        "stop",
        "please stop now",
        "STOPP bitte",
        "abbrechen",
        "Cancel the mission",
        "Stop it.",
        "halt",
    ],
    Kind.PAUSE: ["pause", "Pause please", "hold on", "pausieren", "stop for now"],
    Kind.DECISION: [
        *("Looks good", "lgtm :+1:", "approve", "Approved!", "Ja, passt so", "ok", "Yes, go ahead", "ship it"),
        *("approve the plan", "no", "Nein", "Genehmigt.", "sieht gut aus", "weiter", "continue", "I approve this"),
    ],
    Kind.SCOPE: [
        *(
            "Please also write a press release",
            "Drop the calendar",
            "two more posts",
            "instead of a calendar make a list",
        ),
        *(
            "lass den Kalender weg",
            "Bitte noch eine Tabelle mit Preisen",
            "Füge eine Pressemitteilung hinzu",
            "skip t4",
        ),
        *("Add a section about Sweden", "We don't need the posts", "ändere den Plan"),
    ],
    Kind.STEER: [
        *("Only in Europe, please.", "Mention our shop in Malmö.", "Use a friendlier tone", "what about Sweden?"),
        *("Schreib etwas freundlicher", "add the price to the table", "Stop mentioning Nespresso", "no emojis"),
        *(
            "stop using so many words",
            "The budget is 20,000 euros",
            "nur Quellen ab 2025",
            "approve nothing above 5 euros",
        ),
    ],
    Kind.CHATTER: ["Thanks!", "haha", "danke dir", ":tada:", "nice work", "Hm", "wow, cool", ""],
}


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in TABLE.items() for text in texts])
def test_a_reply_to_a_mission_at_work_is_told_by_its_words(kind: Kind, text: str) -> None:
    assert classify(text, State.RUNNING) is kind


@pytest.mark.parametrize("text", ["resume", "weiter", "Go on, please"])
def test_resume_resumes_what_was_interrupted_and_decides_nothing_else(text: str) -> None:
    assert classify(text.replace(",", ""), State.PAUSED) is Kind.RESUME
    assert classify(text.replace(",", ""), State.CANCELLED) is Kind.RESUME
    assert classify(text.replace(",", ""), State.PLAN_GATE) is Kind.DECISION


def test_while_the_department_asks_a_reply_is_an_answer_unless_it_stops_or_decides() -> None:
    assert classify("Europe, and also a press release", State.QUESTIONS) is Kind.ANSWER
    assert classify("stop", State.QUESTIONS) is Kind.STOP
    assert classify("ok", State.QUESTIONS) is Kind.DECISION
    assert classify("thanks", State.QUESTIONS) is Kind.CHATTER


def test_what_begins_by_naming_somebody_else_is_talk_but_a_bare_stop_always_stops() -> None:
    assert classify("@jonas what do you think of the calendar?", State.RUNNING, to_others=True) is Kind.CHATTER
    assert classify("stop", State.RUNNING, to_others=True) is Kind.STOP


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("kind", list(REACTION))
def test_every_reply_gets_a_line_in_every_state(kind: Kind, state: State) -> None:
    for may_decide in (True, False):
        said = line(kind, state, ["Writer"], may_decide=may_decide)
        assert said.endswith((".", "”."))
        assert len(said) < 160


def test_a_word_of_approval_is_answered_with_the_button_where_one_waits() -> None:
    assert "press the button" in line(Kind.DECISION, State.PLAN_GATE)
    assert line(Kind.DECISION, State.RUNNING) == "Nothing waits for a decision at the moment."
    assert line(Kind.STEER, State.RUNNING, ["Writer", "Analyst"]).startswith("Noted. Writer, Analyst hear it")
