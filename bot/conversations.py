"""The thread and the files that a mission may read, as tools see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

import aiohttp

from agents.ports import Attachment, Line, Unreadable
from bot import inbox
from bot.gateway import Gateway, SlackError

SLACK_FILES = frozenset({"files.slack.com", "slack.com"})
SECONDS = 60


class SlackConversations:
    """Reads by Slack. The token goes to Slack's own file hosts (and a stand-in's) and nowhere else."""

    def __init__(self, gateway: Gateway, token: str, api_url: str) -> None:
        self._gateway, self._token = gateway, token
        self._stand_in = urlsplit(api_url)

    async def thread(self, channel: str, ts: str) -> Sequence[Line]:
        """All messages, oldest first. Raises Unreadable."""
        try:
            messages = await self._gateway.thread(channel, ts)
        except SlackError as error:
            raise Unreadable(f"The thread cannot be read: {error}") from None
        return [await self._line(message) for message in messages]

    async def _line(self, message: dict[str, object]) -> Line:
        user = str(message.get("user") or "")
        name = str(message.get("username") or "") or (await self._gateway.actor(user)).name or "somebody"
        at = datetime.fromtimestamp(float(str(message["ts"])), UTC)
        text = inbox.words(str(message.get("text") or ""), self._gateway.bot)
        return Line(name, at, text, tuple(inbox.files(message)))

    async def attachment(self, channel: str, file: str, limit: int) -> Attachment:
        """The file's bytes, at most `limit`. Raises Unreadable; so does a file of another channel."""
        id = file.split(" ", 1)[0]
        try:
            record = await self._gateway.file(id)
        except SlackError as error:
            raise Unreadable(f"The file {id} cannot be read: {error}") from None
        name = str(record.get("name") or id)
        shared = {*record.get("channels", ()), *record.get("groups", ()), *record.get("ims", ())}
        if channel not in shared:
            raise Unreadable(f"The file {name} is not shared in this channel.")
        url = str(record.get("url_private_download") or record.get("url_private") or "")
        content = await self._download(name, url, limit)
        return Attachment(id, name, str(record.get("mimetype") or ""), content, str(record.get("permalink") or ""))

    async def _download(self, name: str, url: str, limit: int) -> bytes:
        if not self._trusted(url):
            raise Unreadable(f"The file {name} is not kept at Slack; please upload it here.")
        headers = {"Authorization": f"Bearer {self._token}"}
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.get(url, headers=headers, allow_redirects=False) as answer,
            ):
                if answer.status != 200:
                    raise Unreadable(f"Slack does not hand out the file {name} (status {answer.status}).")
                content = await _read(answer, limit)
        except (aiohttp.ClientError, TimeoutError):
            raise Unreadable(f"The file {name} could not be downloaded; try again in a while.") from None
        if len(content) > limit:
            raise Unreadable(f"The file {name} is larger than the {limit // 1_000_000} MB that can be read.")
        return content

    def _trusted(self, url: str) -> bool:
        parts = urlsplit(url)
        if parts.scheme == "https" and parts.hostname in SLACK_FILES and parts.port in (None, 443):
            return True
        own = self._stand_in
        return own.hostname != "slack.com" and (parts.scheme, parts.netloc) == (own.scheme, own.netloc)


async def _read(answer: aiohttp.ClientResponse, limit: int) -> bytes:
    """The body, but no more than one byte over the limit."""
    content = bytearray()
    async for piece in answer.content.iter_chunked(65536):
        content += piece
        if len(content) > limit:
            break
    return bytes(content[: limit + 1])
