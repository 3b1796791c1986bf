"""The workspace in one JSON file, so that its threads survive a restart; tokens are never in it."""

import asyncio
import base64
import json
import logging
import os
from pathlib import Path
from typing import Any

from bot.local.workspace.errors import LocalWorkspaceError
from bot.local.workspace.state import Canvas, Channel, File, Message, Session, State, Stream, User

LOG = logging.getLogger(__name__)
VERSION = 1
QUIET_SECONDS = 0.3
"""Changes of so long are written together."""


def dump(state: State) -> str:
    """The state as text."""
    return json.dumps(
        {
            "version": VERSION,
            **{key: getattr(state, key) for key in _PLAIN},
            "users": [vars(user) for user in state.users.values()],
            "channels": [vars(channel) for channel in state.channels.values()],
            "messages": [_message(each) for channel in state.messages.values() for each in channel.values()],
            "ephemeral": [_message(each) for each in state.ephemeral],
            "files": [
                vars(file) | {"content": base64.b64encode(file.content).decode()} for file in state.files.values()
            ],
            "canvases": [vars(canvas) for canvas in state.canvases.values()],
            "sessions": [vars(session) for session in state.sessions.values()],
        }
    )


def load(text: str) -> State:
    """The state from its text; KeyError, TypeError or ValueError when it is not one."""
    data: dict[str, Any] = json.loads(text)
    if data.pop("version") != VERSION:
        raise ValueError("another version")
    state = State(**{key: data[key] for key in _PLAIN})
    state.users = {each["id"]: User(**each) for each in data["users"]}
    state.channels = {each["id"]: Channel(**each) for each in data["channels"]}
    for each in data["messages"]:
        state.add(_restored(each))
    state.ephemeral = [_restored(each) for each in data["ephemeral"]]
    state.files = {
        each["id"]: File(**(each | {"content": base64.b64decode(each["content"])})) for each in data["files"]
    }
    state.canvases = {each["id"]: Canvas(**each) for each in data["canvases"]}
    state.sessions = {(each["channel"], each["thread_ts"]): Session(**each) for each in data["sessions"]}
    return state


_PLAIN = ("team_id", "team_name", "domain", "app_id", "bot_id", "bot_user", "groups", "homes", "prompts", "last_stamp")


def _message(message: Message) -> dict[str, Any]:
    kept = {key: value for key, value in vars(message).items() if key not in ("earlier_blocks", "visible_at")}
    return kept | {"stream": vars(message.stream) if message.stream is not None else None}


def _restored(data: dict[str, Any]) -> Message:
    stream = data.pop("stream")
    return Message(**data, stream=Stream(**stream) if stream is not None else None)


class Keeper:
    """Writes the state some moments after it has changed."""

    def __init__(self, path: Path, state: State) -> None:
        self.path = path
        self.state = state
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def touch(self) -> None:
        """Something changed."""
        self._changed.set()

    def start(self) -> None:
        """Begin to write; what cannot be written at all is told now."""
        self.write()
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Write what is not written yet."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._changed.is_set():
            self.write()

    def write(self) -> None:
        """Write the state now; LocalWorkspaceError when that cannot be done."""
        try:
            self._write(dump(self.state))
        except OSError as problem:
            raise LocalWorkspaceError(
                f"The local workspace cannot write its file {self.path}: {problem.strerror}; "
                "choose another place for it."
            ) from problem

    async def _run(self) -> None:
        while True:
            await self._changed.wait()
            await asyncio.sleep(QUIET_SECONDS)
            self._changed.clear()
            try:
                await asyncio.to_thread(self._write, dump(self.state))
            except OSError as problem:
                LOG.warning(
                    "The local workspace cannot write %s: %s; its threads are in memory only.", self.path, problem
                )

    def _write(self, text: str) -> None:
        """Replace the file as a whole, so that a crash leaves the old one or the new one."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        scratch = self.path.with_name(f"{self.path.name}.new")
        scratch.write_text(text, encoding="utf-8")
        os.replace(scratch, self.path)


def read(path: Path) -> State | None:
    """The state kept in the file; None when there is no file yet."""
    if not path.exists():
        return None
    try:
        return load(path.read_text(encoding="utf-8"))
    except (OSError, KeyError, TypeError, ValueError) as problem:
        raise LocalWorkspaceError(
            f"The local workspace cannot read its file {path} ({type(problem).__name__}); "
            "move it away to begin with a fresh workspace."
        ) from problem
