"""The rehearsal model over the wire, asked by the real OpenAI client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import openai
import pytest
from openai import AsyncOpenAI, DefaultAioHttpClient

from agents.contracts import (
    Checklist,
    CriticBrief,
    CritiqueDraft,
    HandOver,
    MemberBrief,
    PlanDraft,
    PlannerBrief,
    SpecialistBrief,
)
from agents.llm.schemas import strict
from agents.roles import prompts
from bot.local.rehearsal import Kind, Rehearsal

MISSION = "Research coffee pods and write three blog ideas."
TEAM = [
    MemberBrief(id="researcher", title="Researcher", charter="Finds sources.", tools=["search", "read"]),
    MemberBrief(id="writer", title="Writer", charter="Writes.", tools=[]),
]
PLANNER = PlannerBrief(
    mission=MISSION,
    today="2026-11-23",
    team=TEAM,
    check_kinds=[Checklist(kind="count")],
    max_tasks=5,
    library=["Coffee pods"],
)
SPECIALIST = SpecialistBrief(
    mission=MISSION,
    task="t1",
    title="Facts on coffee pods",
    brief="Research coffee pods",
    output="text",
    checks=[],
    today="2026-11-23",
)
CRITIC = CriticBrief(
    mission=MISSION, task="t1", title="Facts", brief="Research coffee pods", checks=[], work="Coffee pods.", claims=[]
)
SCHEMA = {"type": "json_schema", "json_schema": {"name": "PlanDraft", "strict": True}}
SCHEMA["json_schema"]["schema"] = strict(PlanDraft.model_json_schema())  # type: ignore[index]


def tool(name: str, **properties: str) -> dict[str, Any]:
    schema = {"type": "object", "properties": {key: {"type": kind} for key, kind in properties.items()}}
    return {"type": "function", "function": {"name": name, "description": name, "parameters": schema}}


TOOLS = [tool("search", query="string", limit="integer"), tool("read", source="string"), tool("hand_over")]


def messages(role: str, brief: Any) -> list[Any]:
    user = prompts.user("Do this.", brief).content
    return [{"role": "system", "content": f"# {role}\n\nYou are the {role}."}, {"role": "user", "content": user}]


@pytest.fixture
async def rehearsal() -> AsyncIterator[Rehearsal]:
    async with Rehearsal() as server:
        yield server


@pytest.fixture
async def client(rehearsal: Rehearsal) -> AsyncIterator[AsyncOpenAI]:
    """The real client, without retries of its own."""
    async with AsyncOpenAI(
        api_key="any", base_url=rehearsal.base_url, max_retries=0, timeout=20, http_client=DefaultAioHttpClient()
    ) as opened:
        yield opened


async def plan(client: AsyncOpenAI, **more: Any) -> Any:
    values: dict[str, Any] = {"model": "rehearsal", "messages": messages("Planner", PLANNER), "response_format": SCHEMA}
    return await client.chat.completions.create(**(values | more))


async def test_the_models_are_listed(client: AsyncOpenAI) -> None:
    assert [model.id async for model in client.models.list()] == ["rehearsal", "rehearsal-sceptic"]
    assert (await client.models.retrieve("rehearsal")).owned_by == "rehearsal"


async def test_structured_output_fits_its_contract(client: AsyncOpenAI) -> None:
    reply = await client.chat.completions.parse(
        model="rehearsal", messages=messages("Planner", PLANNER), response_format=PlanDraft
    )
    parsed = reply.choices[0].message.parsed
    assert parsed
    assert [task.specialist for task in parsed.tasks][-1] == "writer"
    assert reply.choices[0].finish_reason == "stop"


async def test_json_mode_and_no_mode_give_the_same_plan(client: AsyncOpenAI) -> None:
    schema = await plan(client)
    mode = await plan(client, response_format={"type": "json_object"})
    words = await plan(client, response_format=openai.omit)
    assert mode.choices[0].message.content == schema.choices[0].message.content
    assert words.choices[0].message.content == f"```json\n{schema.choices[0].message.content}\n```"


async def test_usage_is_estimated_from_bytes(client: AsyncOpenAI) -> None:
    reply = await plan(client)
    assert reply.usage
    assert reply.usage.total_tokens == reply.usage.prompt_tokens + reply.usage.completion_tokens
    assert reply.usage.completion_tokens == len(reply.choices[0].message.content.encode()) // 4


async def test_a_tool_loop_runs_to_the_hand_over(client: AsyncOpenAI) -> None:
    said = messages("Specialist", SPECIALIST)
    for _ in range(8):
        reply = await client.chat.completions.create(model="rehearsal", messages=said, tools=TOOLS)  # type: ignore[arg-type]
        message = reply.choices[0].message
        assert reply.choices[0].finish_reason == "tool_calls"
        said.append(message.model_dump(exclude_none=True))
        for call in message.tool_calls or []:
            assert call.type == "function"
            if call.function.name == "hand_over":
                done = HandOver.model_validate_json(call.function.arguments)
                assert "unknown" in (done.text or "")
                return
            assert call.function.name == "search"
            said.append({"role": "tool", "tool_call_id": call.id, "content": "Library: no results."})
    pytest.fail("no hand-over")


async def test_calls_of_one_turn_are_parallel_unless_forbidden(client: AsyncOpenAI) -> None:
    said = messages(
        "Specialist", SPECIALIST.model_copy(update={"brief": "Research coffee pods\nLook for: price, size."})
    )
    many = await client.chat.completions.create(model="rehearsal", messages=said, tools=TOOLS)  # type: ignore[arg-type]
    one = await client.chat.completions.create(
        model="rehearsal",
        messages=said,
        tools=TOOLS,  # type: ignore[arg-type]
        parallel_tool_calls=False,
    )
    assert len(many.choices[0].message.tool_calls or []) > 1
    assert len(one.choices[0].message.tool_calls or []) == 1
    ids = [call.id for call in many.choices[0].message.tool_calls or []]
    assert len(set(ids)) == len(ids)


async def test_a_stream_brings_the_same_text_and_the_usage_at_its_end(client: AsyncOpenAI) -> None:
    whole = await plan(client)
    async with client.chat.completions.stream(
        model="rehearsal", messages=messages("Planner", PLANNER), response_format=PlanDraft
    ) as stream:
        final = await stream.get_final_completion()
    assert final.choices[0].message.content == whole.choices[0].message.content
    pieces, usage = 0, None
    async for chunk in await plan(client, stream=True, stream_options={"include_usage": True}):
        pieces += bool(chunk.choices and chunk.choices[0].delta.content)
        usage = chunk.usage or usage
    assert pieces > 3
    assert usage == whole.usage


async def test_tool_calls_stream_too(client: AsyncOpenAI) -> None:
    async with client.chat.completions.stream(
        model="rehearsal",
        messages=messages("Specialist", SPECIALIST),
        tools=TOOLS,  # type: ignore[arg-type]
    ) as stream:
        final = await stream.get_final_completion()
    calls = final.choices[0].message.tool_calls or []
    assert json.loads(calls[0].function.arguments)["query"] == "coffee pods"
    assert final.choices[0].finish_reason == "tool_calls"


async def test_equal_requests_get_equal_answers(client: AsyncOpenAI) -> None:
    first, second = await plan(client), await plan(client)
    assert first.choices == second.choices
    assert first.id == second.id


async def test_the_log_counts_requests_by_digest_and_role(client: AsyncOpenAI, rehearsal: Rehearsal) -> None:
    await plan(client)
    await plan(client)
    await client.chat.completions.create(model="rehearsal", messages=messages("Critic", CRITIC))
    assert [call.role for call in rehearsal.calls] == ["planner", "planner", "critic"]
    assert rehearsal.calls[0].digest == rehearsal.calls[1].digest != rehearsal.calls[2].digest
    assert rehearsal.count == 3
    async with aiohttp.ClientSession() as session:
        body = await (await session.get(rehearsal.base_url.replace("/v1", "/rehearsal/calls"))).json()
    assert [call["outcome"] for call in body["calls"]] == ["ok", "ok", "ok"]


# ---- what the API refuses ----


@pytest.mark.parametrize(
    ("more", "error", "said"),
    [
        ({"model": "gpt-none"}, openai.NotFoundError, "does not exist"),
        ({"messages": []}, openai.BadRequestError, "not empty"),
        ({"messages": [{"role": "wizard", "content": "x"}]}, openai.BadRequestError, "role"),
        ({"messages": [{"role": "tool", "tool_call_id": "x", "content": "y"}]}, openai.BadRequestError, "tool call"),
        ({"messages": [{"role": "system", "content": "# Planner"}]}, openai.BadRequestError, "cannot be read"),
    ],
)
async def test_wrong_requests_are_refused_in_openai_s_shape(
    client: AsyncOpenAI, more: dict[str, Any], error: type[openai.APIStatusError], said: str
) -> None:
    with pytest.raises(error, match=said):
        await plan(client, **more)


async def test_a_call_without_its_result_is_refused(client: AsyncOpenAI) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "search", "arguments": "{}"}}
    said = [*messages("Specialist", SPECIALIST), {"role": "assistant", "tool_calls": [call]}]
    with pytest.raises(openai.BadRequestError, match="c1"):
        await client.chat.completions.create(model="rehearsal", messages=said)


async def test_a_request_of_no_role_is_answered_in_words(client: AsyncOpenAI) -> None:
    reply = await client.chat.completions.create(model="rehearsal", messages=[{"role": "user", "content": "Hello"}])
    assert "no language model" in (reply.choices[0].message.content or "")


@pytest.mark.parametrize("body", [b"", b"nonsense", b"[]", b"\xff\xfe", b'"text"', b"[" * 50_000])
async def test_bodies_that_are_no_request_get_a_400(rehearsal: Rehearsal, body: bytes) -> None:
    async with aiohttp.ClientSession() as session:
        response = await session.post(f"{rehearsal.base_url}/chat/completions", data=body)
        assert response.status == 400
        assert (await response.json())["error"]["message"]


async def test_an_unknown_path_is_told_as_json(rehearsal: Rehearsal) -> None:
    async with aiohttp.ClientSession() as session:
        response = await session.post(f"{rehearsal.base_url}/responses", json={})
        assert response.status == 404
        assert "/v1/responses" in (await response.json())["error"]["message"]


async def test_a_port_in_use_is_an_os_error(rehearsal: Rehearsal) -> None:
    with pytest.raises(OSError):
        await Rehearsal(port=rehearsal.port).start()


# ---- faults ----


@pytest.mark.parametrize(
    ("kind", "details", "error", "code"),
    [
        (Kind.RATE_LIMIT, {"retry_after": 7}, openai.RateLimitError, "rate_limit_exceeded"),
        (Kind.QUOTA, {}, openai.RateLimitError, "insufficient_quota"),
        (Kind.STATUS, {"status": 503}, openai.InternalServerError, None),
        (Kind.STATUS, {"status": 529}, openai.InternalServerError, None),
        (Kind.UNAUTHORIZED, {}, openai.AuthenticationError, "invalid_api_key"),
        (Kind.NO_MODEL, {}, openai.NotFoundError, "model_not_found"),
        (Kind.CONTEXT, {}, openai.BadRequestError, "context_length_exceeded"),
        (Kind.NO_STRUCTURE, {}, openai.BadRequestError, None),
    ],
)
async def test_refusals_on_demand(
    client: AsyncOpenAI, rehearsal: Rehearsal, kind: Kind, details: dict[str, Any], error: type[Any], code: str | None
) -> None:
    rehearsal.faults.add(kind, **details)
    with pytest.raises(error) as refused:
        await plan(client)
    assert refused.value.code == code
    if kind is Kind.RATE_LIMIT:
        assert refused.value.response.headers["retry-after"] == "7"
    await plan(client)  # it struck once
    assert [call.outcome for call in rehearsal.calls] == [kind, "ok"]


async def test_no_tools_strikes_only_requests_with_tools(client: AsyncOpenAI, rehearsal: Rehearsal) -> None:
    rehearsal.faults.add(Kind.NO_TOOLS, times=None)
    await plan(client)
    with pytest.raises(openai.BadRequestError, match="tools"):
        await client.chat.completions.create(
            model="rehearsal",
            messages=messages("Specialist", SPECIALIST),
            tools=TOOLS,  # type: ignore[arg-type]
        )


async def test_a_hang_lasts_until_the_client_gives_up(client: AsyncOpenAI, rehearsal: Rehearsal) -> None:
    rehearsal.faults.add(Kind.HANG)
    with pytest.raises(openai.APITimeoutError):
        await plan(client.with_options(timeout=0.3))


async def test_stopping_ends_what_hangs(client: AsyncOpenAI, rehearsal: Rehearsal) -> None:
    rehearsal.faults.add(Kind.HANG)
    waiting = asyncio.create_task(plan(client))
    async with asyncio.timeout(5):
        while not rehearsal.count:  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.01)
    await asyncio.wait_for(rehearsal.stop(), 5)
    with pytest.raises(openai.APIError):
        await waiting


@pytest.mark.parametrize("kind", [Kind.DISCONNECT, Kind.CUT, Kind.NOT_JSON])
async def test_an_answer_that_breaks_off_is_no_answer(client: AsyncOpenAI, rehearsal: Rehearsal, kind: Kind) -> None:
    rehearsal.faults.add(kind)
    with pytest.raises((openai.APIError, json.JSONDecodeError, AttributeError)):
        str((await plan(client)).choices[0].message)


async def test_a_cut_stream_never_says_that_it_is_done(client: AsyncOpenAI, rehearsal: Rehearsal) -> None:
    rehearsal.faults.add(Kind.CUT)
    finished: list[str] = []

    async def consume() -> None:
        async for chunk in await plan(client, stream=True):
            finished.extend(choice.finish_reason for choice in chunk.choices if choice.finish_reason)

    with pytest.raises(Exception, match=r".*"):  # which error a broken stream gives depends on the transport
        await consume()
    assert finished == []


@pytest.mark.parametrize("kind", [Kind.STREAM_DOUBLE, Kind.STREAM_SHUFFLE])
async def test_a_disturbed_stream_differs_from_a_good_one(
    client: AsyncOpenAI, rehearsal: Rehearsal, kind: Kind
) -> None:
    async def text() -> str:
        chunks = [chunk async for chunk in await plan(client, stream=True)]
        return "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)

    rehearsal.faults.add(kind)
    assert await text() != await text()


async def test_usage_can_be_missing(client: AsyncOpenAI, rehearsal: Rehearsal) -> None:
    rehearsal.faults.add(Kind.NO_USAGE)
    assert (await plan(client)).usage is None


@pytest.mark.parametrize(
    ("kind", "finish"),
    [(Kind.FILTER, "content_filter"), (Kind.LENGTH, "length"), (Kind.REFUSAL, "stop"), (Kind.EMPTY, "stop")],
)
async def test_answers_that_are_none(client: AsyncOpenAI, rehearsal: Rehearsal, kind: Kind, finish: str) -> None:
    good = (await plan(client)).choices[0].message.content
    rehearsal.faults.add(kind)
    choice = (await plan(client)).choices[0]
    assert choice.finish_reason == finish
    assert choice.message.content != good
    assert (choice.message.refusal is not None) == (kind is Kind.REFUSAL)


async def test_a_fault_can_come_with_the_request(client: AsyncOpenAI, rehearsal: Rehearsal) -> None:
    with pytest.raises(openai.RateLimitError):
        await plan(client, extra_headers={"X-Rehearsal-Fault": "rate_limit; retry_after=1"})
    await plan(client)
    with pytest.raises(openai.BadRequestError, match="fault"):
        await plan(client, extra_headers={"X-Rehearsal-Fault": "sunshine"})


async def test_faults_are_set_and_cleared_over_http(client: AsyncOpenAI, rehearsal: Rehearsal) -> None:
    address = rehearsal.base_url.replace("/v1", "/rehearsal/faults")
    async with aiohttp.ClientSession() as session:
        made = await session.post(address, json={"kind": "status", "status": 500, "times": None})
        assert (await made.json())["status"] == 500
        with pytest.raises(openai.InternalServerError):
            await plan(client)
        assert len((await (await session.get(address)).json())["faults"]) == 1
        await session.delete(address)
        wrong = await session.post(address, json={"kind": "sunshine"})
        assert wrong.status == 400
    await plan(client)


async def test_a_fault_for_one_role_leaves_the_others_alone(client: AsyncOpenAI, rehearsal: Rehearsal) -> None:
    rehearsal.faults.add(Kind.STATUS, role="critic", times=None)
    await plan(client)
    with pytest.raises(openai.InternalServerError):
        await client.chat.completions.create(model="rehearsal", messages=messages("Critic", CRITIC))


async def test_a_circle_comes_once_and_the_next_plan_is_sound(client: AsyncOpenAI, rehearsal: Rehearsal) -> None:
    rehearsal.faults.add(Kind.CYCLE)
    first, second = [PlanDraft.model_validate_json((await plan(client)).choices[0].message.content) for _ in range(2)]
    assert first.tasks[-1].id in first.tasks[0].needs
    assert second.tasks[0].needs == []


async def test_the_critic_answers_in_its_contract(client: AsyncOpenAI) -> None:
    reply = await client.chat.completions.parse(
        model="rehearsal-sceptic", messages=messages("Critic", CRITIC), response_format=CritiqueDraft
    )
    assert reply.choices[0].message.parsed == CritiqueDraft(
        verdict="rework", points=reply.choices[0].message.parsed.points
    )  # type: ignore[union-attr]


async def test_many_requests_at_once_are_all_answered(client: AsyncOpenAI, rehearsal: Rehearsal) -> None:
    replies = await asyncio.gather(*(plan(client) for _ in range(40)))
    assert len({reply.choices[0].message.content for reply in replies}) == 1
    assert rehearsal.count == 40
