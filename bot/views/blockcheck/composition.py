"""Text objects, options and confirmation dialogs: what blocks and elements are composed of."""

from typing import Any

from bot.views.blockcheck import limits
from bot.views.blockcheck.faults import Faults, Place
from bot.views.blockcheck.rules import Rule, choice, flag, items, link, only, shape, string, typed


def text(most: int = limits.TEXT, least: int = 1) -> Rule:
    """A plain_text or mrkdwn object."""
    return only(_texts(most, least), "plain_text", "mrkdwn")


def plain(most: int, least: int = 1) -> Rule:
    """A plain_text object: where Slack renders no markup."""
    return only(_texts(most, least), "plain_text")


def _texts(most: int, least: int) -> dict[str, Rule]:
    words = {"text": string(most, least)}
    return {
        "plain_text": shape(typed("plain_text") | words, {"emoji": flag}),
        "mrkdwn": shape(typed("mrkdwn") | words, {"verbatim": flag}),
    }


def option(words: Rule) -> Rule:
    """One thing to choose; radio buttons and checkboxes may carry mrkdwn, menus plain text only."""
    return shape(
        {"text": words, "value": string(limits.OPTION_VALUE)},
        {"description": words, "url": link(limits.URL)},
    )


MENU_OPTION = option(plain(limits.OPTION_TEXT))
CHOICE_OPTION = option(text(limits.OPTION_TEXT))

OPTION_GROUP = shape(
    {"label": plain(limits.OPTION_TEXT), "options": items(MENU_OPTION, 1, limits.SELECT_OPTIONS)},
)

CONFIRM = shape(
    {
        "title": plain(limits.CONFIRM_TITLE),
        "text": text(limits.CONFIRM_TEXT),
        "confirm": plain(limits.CONFIRM_BUTTON),
        "deny": plain(limits.CONFIRM_BUTTON),
    },
    {"style": choice("primary", "danger")},
)

SLACK_FILE = shape({}, {"id": string(limits.ID), "url": link(limits.URL)}, one_of=("id", "url"))

WEB_URL = link(limits.URL, ("http", "https"))


def anything(value: Any, place: Place) -> Faults:
    """Members whose content Slack does not hold to a shape known here."""
    yield from ()
