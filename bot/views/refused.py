"""Refusals, for one person alone, with the way to ask somebody who may; and what those are asked."""

from __future__ import annotations

from collections.abc import Sequence

from agents.domain.events import AuthorityDelegated, DelegationAsked
from bot.views.actions import Action
from bot.views.post import Block, Post, actions, button, context, section


def blocks(said: str, about: str) -> Sequence[Block]:
    """The sentence, and a button where somebody could let this person decide about this question or mission."""
    if not about:
        return ()
    return (section(said), actions("refused", button(Action.ASK_DELEGATION, "Ask to decide", about)))


def asked(event: DelegationAsked, who: str, answer: AuthorityDelegated | None) -> Post:
    """Asks those who may decide whether somebody else may in their place; `who` are they, in words."""
    text = f":raising_hand: <@{event.user}> asks to decide about this mission. {who} can let them."
    if answer is None:
        value = f"{event.gate}|{event.user}"
        buttons = actions(
            f"delegation:{event.user}",
            button(Action.DELEGATE, "Let them decide", value, "primary"),
            button(Action.DECLINE_DELEGATION, "No", value),
        )
        return Post("Somebody asks to decide about this mission.", [section(text), buttons])
    if answer.until:
        said = f"<@{answer.user}> lets <@{answer.to}> decide in their place until {answer.until[:10]}"
    else:
        said = f"<@{answer.user}> said no"
    return Post("Somebody asked to decide about this mission.", [section(text), context(said)])
