"""What people enter: the state of a form in Slack's shape, and what Slack's client checks before it submits."""

from typing import Any

from bot.local.workspace.elements import nested_blocks
from bot.local.workspace.state import Json

REQUIRED = "Please complete this required field."
TEXTS = {"plain_text_input", "email_text_input", "url_text_input", "number_input"}
ONE_OF = {"static_select", "external_select", "radio_buttons"}
MANY_OF = {"multi_static_select", "multi_external_select", "checkboxes"}
PLAIN = {
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
}
INITIAL = {
    "users_select": "initial_user",
    "conversations_select": "initial_conversation",
    "channels_select": "initial_channel",
    "datepicker": "initial_date",
    "timepicker": "initial_time",
    "datetimepicker": "initial_date_time",
    "multi_users_select": "initial_users",
    "multi_conversations_select": "initial_conversations",
    "multi_channels_select": "initial_channels",
}


def fields(blocks: list[Json]) -> list[tuple[Json, Json]]:
    """Every input block with its element."""
    return [(block, block["element"]) for block in nested_blocks(blocks) if block.get("type") == "input"]


def complete(blocks: list[Json], entered: Json) -> Json:
    """The form's values: what was entered, else what was typed in advance, else empty; one entry per input."""
    values: Json = {block_id: dict(actions) for block_id, actions in entered.items()}
    for block, element in fields(blocks):
        actions = values.setdefault(block["block_id"], {})
        actions.setdefault(element["action_id"], initial(element))
    return values


def initial(element: Json) -> Json:
    """The value of an input that nobody has touched."""
    kind = element["type"]
    if kind in TEXTS:
        return {"type": kind, "value": element.get("initial_value")}
    if kind == "rich_text_input":
        return {"type": kind, "rich_text_value": element.get("initial_value")}
    if kind in ONE_OF:
        return {"type": kind, "selected_option": element.get("initial_option")}
    if kind in MANY_OF:
        return {"type": kind, "selected_options": element.get("initial_options", [])}
    if kind in PLAIN:
        empty: Any = [] if kind.startswith("multi_") else None
        return {"type": kind, PLAIN[kind]: element.get(INITIAL[kind], empty)}
    return {"type": kind, "files": []} if kind == "file_input" else {"type": kind}


def entry(element: Json, value: Any) -> Json:
    """A plain value (text, an option's value, a list of them, a date) in the shape of this element."""
    kind = element["type"]
    if isinstance(value, dict):
        return {"type": kind, **value}
    if kind in TEXTS:
        return {"type": kind, "value": None if value is None else str(value)}
    if kind in ONE_OF:
        return {"type": kind, "selected_option": option(element, value)}
    if kind in MANY_OF:
        return {"type": kind, "selected_options": [option(element, each) for each in value]}
    if kind == "overflow":
        return {"type": kind, "selected_option": option(element, value)}
    return {"type": kind, PLAIN.get(kind, "value"): value}


def option(element: Json, value: Any) -> Json | None:
    """The option with that value."""
    if value is None:
        return None
    grouped = [each for group in element.get("option_groups") or [] for each in group["options"]]
    for each in [*(element.get("options") or []), *grouped]:
        if each["value"] == value:
            return each
    if element["type"].endswith("external_select"):
        return {"text": {"type": "plain_text", "text": str(value)}, "value": str(value)}
    raise ValueError(f"There is no option with the value {value!r} in {element['action_id']!r}.")


def client_errors(blocks: list[Json], values: Json) -> dict[str, str]:
    """What Slack's client refuses before it asks the app: required fields, lengths, numbers."""
    errors = {}
    for block, element in fields(blocks):
        problem = _problem(block, element, values.get(block["block_id"], {}).get(element["action_id"], {}))
        if problem:
            errors[block["block_id"]] = problem
    return errors


def _problem(block: Json, element: Json, value: Json) -> str | None:
    content = next((each for key, each in value.items() if key != "type"), None)
    if content in (None, "", []):
        return None if block.get("optional") else REQUIRED
    if element["type"] == "plain_text_input":
        return _length_problem(element, str(content))
    if element["type"] == "number_input":
        return _number_problem(element, str(content))
    return None


def _length_problem(element: Json, text: str) -> str | None:
    least, most = element.get("min_length") or 0, element.get("max_length") or 3000
    if len(text) < least:
        return f"Please write at least {least} characters."
    return f"Please write at most {most} characters." if len(text) > most else None


def _number_problem(element: Json, text: str) -> str | None:
    try:
        number = float(text)
    except ValueError:
        return "Please enter a number."
    if not element.get("is_decimal_allowed") and not number.is_integer():
        return "Please enter a whole number."
    least, most = element.get("min_value"), element.get("max_value")
    if least is not None and number < float(least):
        return f"Please enter {least} or more."
    return f"Please enter {most} or less." if most is not None and number > float(most) else None
