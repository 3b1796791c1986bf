"""Finding one's way in blocks: the elements a person can use, and the ids Slack gives to what has none."""

from typing import Any

from bot.local.workspace.ids import new_id
from bot.local.workspace.state import Json

INTERACTIVE = frozenset(
    {
        "button",
        "workflow_button",
        "checkboxes",
        "radio_buttons",
        "overflow",
        "datepicker",
        "timepicker",
        "datetimepicker",
        "static_select",
        "external_select",
        "users_select",
        "conversations_select",
        "channels_select",
        "multi_static_select",
        "multi_external_select",
        "multi_users_select",
        "multi_conversations_select",
        "multi_channels_select",
        "plain_text_input",
        "rich_text_input",
        "email_text_input",
        "url_text_input",
        "number_input",
        "file_input",
        "feedback_buttons",
        "icon_button",
    }
)


def name_block(block: Any) -> None:
    """Fill in missing `block_id` and `action_id`."""
    if not isinstance(block, dict):
        return
    if not block.get("block_id"):
        block["block_id"] = new_id("", 5)
    for element in interactive_elements(block):
        if not element.get("action_id"):
            element["action_id"] = new_id("", 5)


def interactive_elements(block: Json) -> list[Json]:
    """The elements of one block that a person can use."""
    found = [each for each in block.get("elements") or [] if isinstance(each, dict)]
    found += [block[key] for key in ("accessory", "element") if isinstance(block.get(key), dict)]
    found += [each for each in block.get("actions") or [] if isinstance(each, dict)]
    return [each for each in found if each.get("type") in INTERACTIVE]


def nested_blocks(blocks: list[Json]) -> list[Json]:
    """The blocks and those inside containers and carousels."""
    found: list[Json] = []
    for block in blocks:
        found.append(block)
        found += nested_blocks([each for each in _children(block) if isinstance(each, dict)])
    return found


def _children(block: Json) -> list[Any]:
    if block.get("type") == "container":
        return block.get("child_blocks") or []
    return block.get("elements") or [] if block.get("type") == "carousel" else []
