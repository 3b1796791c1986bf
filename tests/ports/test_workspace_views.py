"""Modals and Home tabs of the local workspace, opened with real trigger ids."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.local.workspace import Workspace
from bot.local.workspace.seed import EVERY_EVENT, EVERY_SCOPE

MAYA, PRIYA = "U0MAYA00001", "U0PRIYA0001"


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def workspace(clock: Clock) -> AsyncIterator[Workspace]:
    async with Workspace(rate_limits=False, scopes=EVERY_SCOPE, subscriptions=EVERY_EVENT, clock=clock) as running:
        yield running


@pytest.fixture
def client(workspace: Workspace) -> AsyncWebClient:
    return AsyncWebClient(token=workspace.bot_token, base_url=workspace.api_url, retry_handlers=[])


async def refusal(call: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response["error"]


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": {"type": "plain_text", "text": "Mission"}, "blocks": list(blocks), **more}


def words(text: str = "Words") -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def trigger(workspace: Workspace) -> str:
    return workspace.core.tickets.trigger(MAYA)


async def test_a_trigger_opens_one_view_within_three_seconds(
    workspace: Workspace, client: AsyncWebClient, clock: Clock
) -> None:
    first = trigger(workspace)
    view = (await client.views_open(trigger_id=first, view=modal(words())))["view"]
    assert view["id"] == view["root_view_id"]
    assert await refusal(client.views_open(trigger_id=first, view=modal(words()))) == "exchanged_trigger_id"
    late = trigger(workspace)
    clock.now += 3.1
    assert await refusal(client.views_open(trigger_id=late, view=modal(words()))) == "expired_trigger_id"
    assert await refusal(client.views_open(trigger_id="1.2.3", view=modal(words()))) == "invalid_trigger_id"


async def test_a_stack_holds_three_views(workspace: Workspace, client: AsyncWebClient) -> None:
    assert await refusal(client.views_push(trigger_id=trigger(workspace), view=modal(words()))) == "not_found"
    await client.views_open(trigger_id=trigger(workspace), view=modal(words()))
    for _ in range(2):
        await client.views_push(trigger_id=trigger(workspace), view=modal(words()))
    assert await refusal(client.views_push(trigger_id=trigger(workspace), view=modal(words()))) == "push_limit_reached"


async def test_an_update_keeps_the_id_and_wants_the_right_hash(workspace: Workspace, client: AsyncWebClient) -> None:
    view = (await client.views_open(trigger_id=trigger(workspace), view=modal(words(), external_id="m1")))["view"]
    updated = await client.views_update(view_id=view["id"], hash=view["hash"], view=modal(words("New")))
    assert (updated["view"]["id"], updated["view"]["blocks"][0]["text"]["text"]) == (view["id"], "New")
    stale = client.views_update(view_id=view["id"], hash=view["hash"], view=modal(words()))
    assert await refusal(stale) == "hash_conflict"
    assert await refusal(client.views_update(view_id="V404", view=modal(words()))) == "not_found"


async def test_external_ids_are_unique_and_find_their_view(workspace: Workspace, client: AsyncWebClient) -> None:
    await client.views_open(trigger_id=trigger(workspace), view=modal(words(), external_id="m1"))
    twin = client.views_push(trigger_id=trigger(workspace), view=modal(words(), external_id="m1"))
    assert await refusal(twin) == "duplicate_external_id"
    answer = await client.views_update(external_id="m1", view=modal(words("Found"), external_id="m1"))
    assert answer["view"]["external_id"] == "m1"


async def test_a_form_without_a_submit_button_is_refused_with_a_pointer(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    element = {"type": "plain_text_input", "action_id": "a"}
    form = {"type": "input", "label": {"type": "plain_text", "text": "L"}, "element": element}
    with pytest.raises(SlackApiError) as caught:
        await client.views_open(trigger_id=trigger(workspace), view=modal(form))
    assert caught.value.response["error"] == "invalid_arguments"
    assert "json-pointer:/view" in caught.value.response["response_metadata"]["messages"][0]


async def test_a_home_tab_belongs_to_one_person(workspace: Workspace, client: AsyncWebClient) -> None:
    home = {"type": "home", "blocks": [words("Hello Maya")]}
    first = (await client.views_publish(user_id=MAYA, view=home))["view"]
    second = (await client.views_publish(user_id=MAYA, view=home, hash=first["hash"]))["view"]
    assert second["id"] == first["id"]
    assert await refusal(client.views_publish(user_id=MAYA, view=home, hash=first["hash"])) == "hash_conflict"
    assert workspace.home("priya") is None
    assert await refusal(client.views_publish(user_id="U404", view=home)) == "user_not_found"
    assert await refusal(client.views_publish(user_id=PRIYA, view=modal(words()))) == "invalid_arguments"
    updated = await client.views_update(view_id=first["id"], view={"type": "home", "blocks": [words("Again")]})
    assert workspace.home("maya") == updated["view"]
