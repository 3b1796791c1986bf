"""What a reply in a mission's thread is: told by rules alone, in English and German, and shown to whoever wrote it.

Nothing here decides. A word of approval is answered with the button, for a button knows who pressed it and what was
shown; a word that stops or pauses is read before anything else; all else is kept and passed on to those at work.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from agents.domain.mission import WAITING, State
from bot import vocabulary


class Kind(StrEnum):
    """What a reply is."""

    STOP = "stop"
    PAUSE = "pause"
    RESUME = "resume"
    DECISION = "decision"  # a word of approval or refusal, which a button has to say
    ANSWER = "answer"  # to what the department asked
    SCOPE = "scope"  # more, less or other work than the plan holds
    STEER = "steer"  # how the work is to be done
    CHATTER = "chatter"  # among people


REACTION: dict[str, str] = {
    Kind.STEER: "memo",
    Kind.ANSWER: "ballot_box_with_check",
    Kind.DECISION: "point_up",
    Kind.SCOPE: "twisted_rightwards_arrows",
    Kind.CHATTER: "speech_balloon",
}
INTERRUPTED = (State.PAUSED, State.CANCELLED)
CHANGEABLE = (State.RUNNING, State.TASK_GATE, State.RESULT_GATE)

_NOISE = re.compile(r":[a-z0-9_+'-]+:|[^\w\s]|_", re.I)
_BARE = ((Kind.STOP, vocabulary.STOP), (Kind.PAUSE, vocabulary.PAUSE), (Kind.RESUME, vocabulary.RESUME))


def classify(text: str, state: State, *, to_others: bool = False) -> Kind:
    """What the reply is, our own mention gone from it; `to_others` when it begins by naming somebody else."""
    bare = " ".join(_NOISE.sub(" ", text).split())
    for kind, words in _BARE:
        if words.fullmatch(bare):
            return Kind.DECISION if kind is Kind.RESUME and state not in INTERRUPTED else kind
    if to_others or not bare or vocabulary.CHATTER.fullmatch(bare):
        return Kind.CHATTER
    if vocabulary.DECISION.fullmatch(bare):
        return Kind.DECISION
    if state is State.QUESTIONS:
        return Kind.ANSWER
    scope = vocabulary.SCOPE.search(bare) and not vocabulary.ADDED_TO_A_PIECE.search(bare)
    return Kind.SCOPE if scope else Kind.STEER


def line(kind: Kind, state: State, at_work: Sequence[str] = (), *, may_decide: bool = True) -> str:
    """One line about what became of the reply."""
    match kind:
        case Kind.STEER:
            return f"Noted. {_who_hears(state, at_work)}"
        case Kind.ANSWER:
            return "Thank you; I plan with this answer."
        case Kind.DECISION if state in WAITING:
            return "A word decides nothing, for it does not say what exactly is meant: please press the button."
        case Kind.DECISION:
            return "Nothing waits for a decision at the moment."
        case Kind.SCOPE:
            return f"This changes what is to be done. {_what_changes(state, may_decide)}"
        case _:
            return "I take this as talk among people. Mention me to make it a wish for the work."


def _who_hears(state: State, at_work: Sequence[str]) -> str:
    if at_work:
        verb = "hears" if len(at_work) == 1 else "hear"
        return f"{', '.join(at_work)} {verb} it with the next step, all others with their brief."
    if state is State.RESULT_GATE:
        return "All work is done; press “Send back” to have something changed."
    if state is State.PAUSED:
        return "It counts as soon as the mission is resumed."
    return "It goes to everybody who works on this from now on."


def _what_changes(state: State, may_decide: bool) -> str:
    if state in CHANGEABLE:
        return "I draft a changed plan and ask about the difference; meanwhile the approved plan goes on."
    if state is State.PLAN_GATE and not may_decide:
        return "Whoever decides about the plan can take it up with “Ask for changes”."
    if state in (State.PLAN_GATE, State.PLANNING):
        return "I plan anew with it."
    return "It is kept for the next plan."
