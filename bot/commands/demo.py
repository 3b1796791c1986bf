"""`baton demo`: one mission from request to receipt, played against the stand-ins by the real program."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from pathlib import Path
from typing import Any

import aiohttp

from agents.domain.authority import GateKind
from agents.domain.mission import ENDED, WAITING, State
from bot.app import Baton
from bot.cli import Failure
from bot.commands import report
from bot.commands.starting import running, settings
from bot.local import standins
from bot.views.actions import Action

CHANNEL = "launch"
STEP = 0.2  # seconds between looks
ANSWERS: dict[GateKind, Action] = {  # what hands-off presses; every other kind of question is approved
    "task": Action.ACCEPT,
    "budget": Action.FINISH,
    "questions": Action.DEFAULTS,
    "change": Action.TAKE_OVER,
}


async def main(options: argparse.Namespace) -> int:
    libraries = [Path(folder) for folder in options.library or ()]
    for folder in libraries:
        if not folder.is_dir():
            raise Failure(f"The library folder {folder} is not there or cannot be read: give an existing folder.")
    _make_room(options)
    given = settings(quiet=True)
    with tempfile.TemporaryDirectory(prefix="baton-demo-") as scratch:
        data = Path(scratch)
        change: dict[str, Any] = {"baton_data": data, "database_url": None}
        if libraries:
            change["baton_library"] = libraries
        async with standins.started(0, data, "--latency", "0.05") as ready:
            pointed = standins.pointed(given.model_copy(update=change), ready)
            async with running(pointed) as program:
                return await _play(program, ready, options)


def _make_room(options: argparse.Namespace) -> None:
    """The folders that will be written to, before a mission is played in vain. Raises Failure."""
    folders = [Path(options.out)] if options.out else []
    folders += [Path(options.json).parent] if options.json else []
    for folder in folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Failure(f"The folder {folder} cannot be made ({error.strerror}): choose another one.") from None
    if options.json and Path(options.json).is_dir():
        raise Failure(f"--json names a folder, {options.json}: give the name of a file.")


async def _play(program: Baton, ready: standins.Ready, options: argparse.Namespace) -> int:
    async with aiohttp.ClientSession(base_url=ready.page) as page:
        person = Person(page)
        thread = await person.ask(options.mission)
        if not options.hands_off:
            print(f"Decide in the browser: {ready.page}", flush=True)
        try:
            async with asyncio.timeout(options.timeout):
                mission = await _follow(program, person, thread, options.hands_off)
        except TimeoutError:
            raise Failure(f"The mission did not end within {options.timeout:.0f} seconds.") from None
        if mission is None:
            for line in await person.answers(program.gateway.bot, thread):
                print(line, flush=True)
            raise Failure("This did not become a mission; the answer is above.")
    return await _conclude(program, mission, options)


async def _conclude(program: Baton, mission: str, options: argparse.Namespace) -> int:
    file, told = await program.missions.file(mission), await program.missions.told(mission)
    if options.json:
        report.write_json(Path(options.json), file, told, await program.missions.attempts(mission))
    if file.mission.state is not State.DELIVERED:
        raise Failure(f"The mission ended as {file.mission.state}. {file.mission.reason}")
    if options.out:
        for path in report.write_deliverables(Path(options.out), file, told, program.presenter.clock.now()):
            print(f"wrote {path}")
    return 0


class Person:
    """Somebody in the local workspace who types and presses buttons, through what the page itself uses."""

    def __init__(self, page: aiohttp.ClientSession) -> None:
        self._page = page
        self._user = self._channel = ""
        self._seen = 0  # number of the last exchange that was looked at

    async def ask(self, text: str) -> str:
        """Mentions Baton with the mission; returns the thread."""
        state = await self._get("/local/state")
        bot, me = state["bot"]["user_id"], state["me"]
        self._user, self._channel = me, next(c["id"] for c in state["channels"] if c["name"] == CHANNEL)
        sent = await self._post("/local/message", text=f"<@{bot}> {text}")
        return str(sent["ts"])

    async def press(self, thread: str, message: str, action: Action) -> None:
        """Presses the button of a message in the thread. What it carries is read off the message, as a page would."""
        found = await self._get("/local/replies", user=self._user, channel=self._channel, ts=thread)
        blocks = next((one.get("blocks") or () for one in found["messages"] if one["ts"] == message), ())
        buttons = [(block, one) for block in blocks if block["type"] == "actions" for one in block["elements"]]
        block, button = next(((block, one) for block, one in buttons if one["action_id"] == action.value), ({}, {}))
        pressed = {"block_id": block.get("block_id"), "action_id": action.value, "type": "button"}
        container = {"type": "message", "channel": self._channel, "ts": message}
        value = button.get("value")
        await self._post("/local/action", container=container, **pressed, value=value, state={"values": {}})

    async def explain(self, reason: str) -> None:
        """Fills in the form that a press has opened, if it has: a decision over doubted claims takes a reason."""
        found = await self._get("/local/traffic", after=str(self._seen))
        opened = [entry for entry in found["entries"] if entry["name"] == "views.open" and entry["ok"]]
        self._seen = max((entry["n"] for entry in found["entries"]), default=self._seen)
        if opened:
            note = {"note": {"value": {"type": "plain_text_input", "value": reason}}}
            view = opened[-1]["response"]["view"]["id"]
            body = {"user": self._user, "view_id": view, "state": {"values": note}}
            async with self._page.post("/local/submit", json=body) as answer:
                await _read(answer)

    async def answers(self, bot: str, thread: str) -> list[str]:
        """What was said in the thread in reply."""
        found = await self._get("/local/replies", user=self._user, channel=self._channel, ts=thread)
        return [str(message["text"]) for message in found["messages"][1:]]

    async def _get(self, path: str, **query: str) -> Any:
        async with self._page.get(path, params=query) as answer:
            return await _read(answer)

    async def _post(self, path: str, **body: Any) -> Any:
        async with self._page.post(path, json={"user": self._user, "channel": self._channel, **body}) as answer:
            return await _read(answer)


async def _read(answer: aiohttp.ClientResponse) -> Any:
    body = await answer.json()
    if answer.status >= 400 or "error" in body:
        raise Failure(f"The local workspace refused: {body.get('error')}")
    return body


async def _follow(program: Baton, person: Person, thread: str, hands_off: bool) -> str | None:
    """Prints what happens until the mission has ended and all of it is shown; its id, or None if there is none."""
    mission = await _mission(program, thread)
    if mission is None:
        return None
    seen, decided = 0, set[str]()
    while True:
        for one in await program.missions.told(mission, seen):
            print(report.line(one), flush=True)
            seen = one.seq
        present = await program.missions.mission(mission)
        if present.state in ENDED or present.state is State.FAILED:
            if not await program.outbox.waiting(present.channel):
                return mission
        elif hands_off and present.state in WAITING:
            await _decide(program, person, thread, mission, decided)
        await asyncio.sleep(STEP)


async def _mission(program: Baton, thread: str) -> str | None:
    """The mission that the message became; None when it was answered with a sentence instead."""
    for _ in range(150):
        for mission in await program.missions.open_missions(program.gateway.team):
            if mission.thread == thread:
                return mission.id
        await asyncio.sleep(STEP)
        channels = await program.outbox.channels_waiting()
        if not channels and _ > 25:
            break
    return None


async def _decide(program: Baton, person: Person, thread: str, mission: str, decided: set[str]) -> None:
    """Presses the first button of each open question once its message is there."""
    file = await program.missions.file(mission)
    for gate in file.gates:
        if gate.decision or gate.id in decided or gate.rev != file.mission.rev:
            continue
        target = f"{mission}:card" if gate.kind == "plan" else f"{mission}:gate:{gate.id}"
        shown = await program.outbox.shown(target)
        if shown is None:
            continue
        decided.add(gate.id)
        await person.press(thread, shown.ts, ANSWERS.get(gate.kind, Action.APPROVE))
        await person.explain("Nobody looked at it: the demo answers by itself.")
