"""The sceptic: tries to break claims, knowing nothing but the sources, and counts only with a quote of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from agents.contracts import DoubtDraft, Doubted, DoubtsDraft, ScepticBrief, Window
from agents.domain import figures
from agents.domain.evidence import Claim, Snapshot, Status, Verdict
from agents.evidence import canonical, windows
from agents.evidence.trace import QUOTE_WORDS
from agents.llm.answers import Unfit, read, shape
from agents.ports import Message, ModelNonsense, ModelReply, ModelRequest, ToolCall, ToolResult, ToolSpec
from agents.roles import prompts
from agents.roles.seat import Seat

BATCH = 8  # claims in one question
TURNS = 6  # exchanges about one batch, searches included
CALLS = 8  # uses of tools for one batch
REASKS = 2  # unusable answers, before it counts as silent

_ECHO = 8000  # characters of an unusable answer that are shown again
_USED_UP = "Not done: you have used up your calls. Answer with your findings."


@dataclass(frozen=True)
class Lookup:
    """What the sceptic searches for counter-evidence with; what it reads becomes sources of its own."""

    tools: tuple[ToolSpec, ...]
    use: Callable[[ToolCall], Awaitable[ToolResult]]


def batches(claims: Sequence[Claim]) -> list[Sequence[Claim]]:
    """The claims as questions hold them."""
    return [claims[start : start + BATCH] for start in range(0, len(claims), BATCH)]


async def doubt(
    seat: Seat,
    model: str,
    today: str,
    claims: Sequence[Claim],
    snapshots: Mapping[str, Snapshot],
    lookup: Lookup | None = None,
) -> list[Verdict]:
    """A verdict for each claim of a batch that it could support or refute by a quote. Raises ModelError, OverLimit."""
    assert len(claims) <= BATCH, "more go into the next batch"
    brief = ScepticBrief(claims=[_doubted(claim, snapshots) for claim in claims], today=today)
    messages = [prompts.system("sceptic"), prompts.user("Try to break these claims.", brief)]
    draft, more = await _exchange(seat, model, messages, lookup)
    return verdicts(claims, draft, {**snapshots, **more})


async def _exchange(
    seat: Seat, model: str, messages: list[Message], lookup: Lookup | None
) -> tuple[DoubtsDraft, dict[str, Snapshot]]:
    """Its findings, and what it captured on the way to them."""
    used, unusable = 0, 0
    captured: dict[str, Snapshot] = {}
    for turn in range(1, TURNS + REASKS + 1):
        may_use = lookup is not None and turn < TURNS and used < CALLS
        tools = lookup.tools if lookup and may_use else ()
        reply = await seat.ask(f"{turn}", ModelRequest(model, tuple(messages), tools, answer=shape(DoubtsDraft)))
        if reply.tool_calls and lookup and may_use:
            results = await _use_all(seat, turn, reply.tool_calls, lookup, CALLS - used)
            used += len(reply.tool_calls)
            captured |= {snapshot.id: snapshot for result in results for snapshot in result.snapshots}
            messages += _told(reply, results)
            continue
        try:
            return read(reply, DoubtsDraft), captured
        except Unfit as unfit:
            unusable += 1
            if unusable > REASKS:
                break
            messages += _again(reply, unfit)
    raise ModelNonsense(f"The sceptic gave no usable findings on the model {model}.")


async def _use_all(seat: Seat, turn: int, calls: Sequence[ToolCall], lookup: Lookup, most: int) -> list[ToolResult]:
    async def one(number: int, call: ToolCall) -> ToolResult:
        if number > most:
            return ToolResult(_USED_UP, "")
        return await seat.use(f"{turn}.{number}", call, lambda: lookup.use(call))

    return list(await asyncio.gather(*(one(number, call) for number, call in enumerate(calls, 1))))


def _told(reply: ModelReply, results: Sequence[ToolResult]) -> list[Message]:
    pairs = zip(reply.tool_calls, results, strict=True)
    answers = [Message("tool", result.text, tool_call_id=call.id) for call, result in pairs]
    return [Message("assistant", reply.text, reply.tool_calls), *answers]


def _again(reply: ModelReply, fault: Unfit) -> list[Message]:
    words = f"That answer cannot be used:\n{fault}\n\nAnswer again: the whole JSON object, mended, and nothing else."
    return [Message("assistant", reply.text.strip()[:_ECHO] or "(nothing)"), Message("user", words)]


def _doubted(claim: Claim, snapshots: Mapping[str, Snapshot]) -> Doubted:
    shown = [
        Window(
            snapshot=w.snapshot.id,
            title=w.snapshot.title,
            source=w.snapshot.source,
            published=w.snapshot.published,
            text=w.text,
        )
        for w in windows.around(claim, snapshots)
    ]
    return Doubted(id=claim.id, text=claim.text, windows=shown)


def verdicts(claims: Sequence[Claim], draft: DoubtsDraft, snapshots: Mapping[str, Snapshot]) -> list[Verdict]:
    """What counts of the findings: only those about a claim that was asked, with a quote that is really there."""
    asked = {claim.id: claim for claim in claims}
    given = {finding.claim: finding for finding in draft.findings if finding.claim in asked}
    return [verdict for id, finding in given.items() if (verdict := _verdict(asked[id], finding, snapshots))]


def _verdict(claim: Claim, finding: DoubtDraft, snapshots: Mapping[str, Snapshot]) -> Verdict | None:
    if finding.answer == "not_in_source":
        return _not_found(claim)
    quote, source = finding.quote or "", snapshots.get(finding.snapshot or "")
    if source is None or not _stands(quote, source):
        return None
    if finding.answer == "refuted":
        return Verdict(claim.id, "sceptic", Status.CONTESTED, "refuted", f"{source.title} says: “{quote}”")
    if figures.foreign(figures.read(claim.text), [quote]):
        return None  # a quote that does not have the claim's figures supports something else
    return Verdict(claim.id, "sceptic", Status.VERIFIED, "supported", f"“{quote}” ({source.title})")


def _not_found(claim: Claim) -> Verdict | None:
    """A finding only about a claim that says it is in a source; one handed on from other claims does not."""
    if not claim.citations:
        return None
    what = "The sceptic did not find it in the sources."
    return Verdict(claim.id, "sceptic", Status.UNVERIFIED, "not_in_source", what)


def _stands(quote: str, source: Snapshot) -> bool:
    """Whether the quote is in the source, and is more than a word that stands on any page."""
    return len(canonical.stream(quote).tokens()) >= QUOTE_WORDS and canonical.find(quote, source.text) is not None
