"""Every interactive element and the blocks that may hold it."""

import re
from typing import Any, Final

from bot.views.blockcheck import limits
from bot.views.blockcheck.composition import (
    CHOICE_OPTION,
    CONFIRM,
    MENU_OPTION,
    OPTION_GROUP,
    SLACK_FILE,
    WEB_URL,
    anything,
    plain,
)
from bot.views.blockcheck.faults import Faults, Place
from bot.views.blockcheck.rules import Rule, choice, flag, items, link, shape, string, typed, whole

_ACTION: Final[dict[str, Rule]] = {"action_id": string(limits.ID)}
_CONFIRM: Final[dict[str, Rule]] = {"confirm": CONFIRM}
_FOCUS: Final[dict[str, Rule]] = {"focus_on_load": flag}
_PLACEHOLDER: Final[dict[str, Rule]] = {"placeholder": plain(limits.PLACEHOLDER)}
_MENU: Final = _ACTION | _CONFIRM | _FOCUS | _PLACEHOLDER
_DISPATCH: Final[dict[str, Rule]] = {
    "dispatch_action_config": shape(
        {}, {"trigger_actions_on": items(choice("on_enter_pressed", "on_character_entered"), 1, 2)}
    )
}
_TYPED: Final = _ACTION | _FOCUS | _PLACEHOLDER | _DISPATCH
_MANY: Final[dict[str, Rule]] = {"max_selected_items": whole(1, limits.SELECT_OPTIONS)}
_ID: Final = string(limits.ID)
_IDS: Final = items(_ID, 0, limits.SELECT_OPTIONS)
_FILTER: Final = shape(
    {},
    {
        "include": items(choice("im", "mpim", "private", "public"), 1, 4),
        "exclude_external_shared_channels": flag,
        "exclude_bot_users": flag,
    },
)


def pattern(expression: str, words: str) -> Rule:
    """A string of a fixed form, such as a date."""

    def rule(value: Any, place: Place) -> Faults:
        if not isinstance(value, str) or not re.fullmatch(expression, value):
            yield place.fault("failed_constraint", f"must be in the format {words}", type="format", expected=words)

    return rule


def _image_source(value: dict[str, Any], place: Place) -> Faults:
    if (value.get("image_url") is None) == (value.get("slack_file") is None):
        yield place.fault("failed_constraint", "exactly one of image_url, slack_file must be given", type="one_of")


def _bounds(low: str, high: str) -> Rule:
    """The lower bound of an input must not exceed its upper bound."""

    def rule(value: dict[str, Any], place: Place) -> Faults:
        try:
            crossed = float(value[low]) > float(value[high])
        except (KeyError, TypeError, ValueError, OverflowError):
            return
        if crossed:
            yield place.fault("failed_constraint", f"{low} cannot be greater than {high}", type="range")

    return rule


BUTTON: Final = shape(
    typed("button") | {"text": plain(limits.BUTTON_TEXT)},
    _ACTION
    | _CONFIRM
    | {
        "url": link(limits.URL),
        "value": string(limits.BUTTON_VALUE),
        "style": choice("primary", "danger"),
        "accessibility_label": string(limits.BUTTON_TEXT),
        "agent_prompt": string(4_000),
    },
)

IMAGE: Final = shape(
    typed("image") | {"alt_text": string(limits.IMAGE_ALT)},
    {"image_url": WEB_URL, "slack_file": SLACK_FILE},
    also=_image_source,
)

FEEDBACK_BUTTON: Final = shape(
    {"text": plain(limits.BUTTON_TEXT), "value": string(limits.BUTTON_VALUE)},
    {"accessibility_label": string(limits.BUTTON_TEXT)},
)


def _options(kind: str, most: int) -> Rule:
    """Checkboxes or radio buttons."""
    initial: dict[str, Rule] = (
        {"initial_options": items(CHOICE_OPTION, 1, most)}
        if kind == "checkboxes"
        else {"initial_option": CHOICE_OPTION}
    )
    return shape(typed(kind) | {"options": items(CHOICE_OPTION, 1, most)}, _ACTION | _CONFIRM | _FOCUS | initial)


def _static(kind: str, more: dict[str, Rule]) -> Rule:
    lists: dict[str, Rule] = {
        "options": items(MENU_OPTION, 1, limits.SELECT_OPTIONS),
        "option_groups": items(OPTION_GROUP, 1, limits.SELECT_OPTIONS),
    }
    return shape(typed(kind), _MENU | lists | more, one_of=("options", "option_groups"))


def _menu(kind: str, more: dict[str, Rule]) -> Rule:
    return shape(typed(kind), _MENU | more)


_SELECTS: Final[dict[str, Rule]] = {
    "static_select": _static("static_select", {"initial_option": MENU_OPTION}),
    "external_select": _menu("external_select", {"initial_option": MENU_OPTION, "min_query_length": whole(0, 255)}),
    "users_select": _menu("users_select", {"initial_user": _ID}),
    "conversations_select": _menu(
        "conversations_select",
        {
            "initial_conversation": _ID,
            "default_to_current_conversation": flag,
            "response_url_enabled": flag,
            "filter": _FILTER,
        },
    ),
    "channels_select": _menu("channels_select", {"initial_channel": _ID, "response_url_enabled": flag}),
}

_CHOSEN: Final[dict[str, Rule]] = {"initial_options": items(MENU_OPTION, 1, limits.SELECT_OPTIONS)}
_MULTI_SELECTS: Final[dict[str, Rule]] = {
    "multi_static_select": _static("multi_static_select", _MANY | _CHOSEN),
    "multi_external_select": _menu("multi_external_select", _MANY | _CHOSEN | {"min_query_length": whole(0, 255)}),
    "multi_users_select": _menu("multi_users_select", _MANY | {"initial_users": _IDS}),
    "multi_conversations_select": _menu(
        "multi_conversations_select",
        _MANY | {"initial_conversations": _IDS, "default_to_current_conversation": flag, "filter": _FILTER},
    ),
    "multi_channels_select": _menu("multi_channels_select", _MANY | {"initial_channels": _IDS}),
}

_PICKERS: Final[dict[str, Rule]] = {
    "datepicker": _menu("datepicker", {"initial_date": pattern(r"\d{4}-\d{2}-\d{2}", "YYYY-MM-DD")}),
    "timepicker": _menu("timepicker", {"initial_time": pattern(r"\d{2}:\d{2}", "HH:mm"), "timezone": string(255)}),
    "datetimepicker": shape(
        typed("datetimepicker"),
        _ACTION | _CONFIRM | _FOCUS | {"initial_date_time": whole(1_000_000_000, 9_999_999_999)},
    ),
}

_TEXT_INPUTS: Final[dict[str, Rule]] = {
    "plain_text_input": shape(
        typed("plain_text_input"),
        _TYPED
        | {
            "initial_value": string(limits.INPUT_CHARACTERS, least=0),
            "multiline": flag,
            "min_length": whole(0, limits.INPUT_CHARACTERS),
            "max_length": whole(1, limits.INPUT_CHARACTERS),
        },
        also=_bounds("min_length", "max_length"),
    ),
    "rich_text_input": shape(
        typed("rich_text_input"),
        _TYPED | {"initial_value": anything, "min_lines": whole(1, 100), "max_lines": whole(1, 100)},
    ),
    "email_text_input": shape(typed("email_text_input"), _TYPED | {"initial_value": string(limits.TEXT)}),
    "url_text_input": shape(typed("url_text_input"), _TYPED | {"initial_value": string(limits.TEXT)}),
    "number_input": shape(
        typed("number_input") | {"is_decimal_allowed": flag},
        _TYPED | {name: pattern(r"-?\d+(\.\d+)?", "a number") for name in ("initial_value", "min_value", "max_value")},
        also=_bounds("min_value", "max_value"),
    ),
    "file_input": shape(
        typed("file_input"),
        _ACTION | {"filetypes": items(string(255), 1, 100), "max_files": whole(1, limits.INPUT_FILES)},
    ),
}

ELEMENTS: Final[dict[str, Rule]] = {
    "button": BUTTON,
    "image": IMAGE,
    "checkboxes": _options("checkboxes", limits.CHOICE_OPTIONS),
    "radio_buttons": _options("radio_buttons", limits.CHOICE_OPTIONS),
    "overflow": shape(
        typed("overflow") | {"options": items(MENU_OPTION, 1, limits.OVERFLOW_OPTIONS)}, _ACTION | _CONFIRM
    ),
    "workflow_button": shape(
        typed("workflow_button") | {"text": plain(limits.BUTTON_TEXT), "workflow": anything},
        _ACTION | {"style": choice("primary", "danger"), "accessibility_label": string(limits.BUTTON_TEXT)},
    ),
    "feedback_buttons": shape(
        typed("feedback_buttons") | {"positive_button": FEEDBACK_BUTTON, "negative_button": FEEDBACK_BUTTON}, _ACTION
    ),
    "icon_button": shape(
        typed("icon_button") | {"icon": string(255), "text": plain(limits.BUTTON_TEXT)},
        _ACTION
        | _CONFIRM
        | {
            "accessibility_label": string(limits.BUTTON_TEXT),
            "value": string(limits.BUTTON_VALUE),
            "visible_to_user_ids": items(_ID, 1, limits.VISIBLE_TO),
        },
    ),
    **_SELECTS,
    **_MULTI_SELECTS,
    **_PICKERS,
    **_TEXT_INPUTS,
}

_EVERYWHERE: Final = ("checkboxes", "datepicker", "radio_buttons", "timepicker", *_SELECTS, *_MULTI_SELECTS)
IN_ACTIONS: Final = (*_EVERYWHERE, "button", "datetimepicker", "overflow", "rich_text_input", "workflow_button")
IN_SECTION: Final = (*_EVERYWHERE, "button", "image", "overflow", "workflow_button")
IN_INPUT: Final = (*_EVERYWHERE, "datetimepicker", *_TEXT_INPUTS)
IN_CONTEXT_ACTIONS: Final = ("feedback_buttons", "icon_button")
