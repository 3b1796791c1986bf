"""HTTP delivery: signed POSTs to the app's request address, as Slack sends them."""

import asyncio
import json
import secrets
from typing import Any
from urllib.parse import urlencode

from aiohttp import ClientError, ClientSession, ClientTimeout
from slack_sdk.signature import SignatureVerifier
from yarl import URL

from bot.local.workspace.delivery import Answer, Envelope
from bot.local.workspace.errors import LocalWorkspaceError, NotLoopback
from bot.local.workspace.ids import Clock

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
FORM = "application/x-www-form-urlencoded"


class HttpDelivery:
    """Posts to one address; the signature proves to the app who sent it."""

    def __init__(self, request_url: str | None, signing_secret: str, clock: Clock) -> None:
        self.request_url: str | None = None
        if request_url is not None:
            self.point_at(request_url)
        self.verifier = SignatureVerifier(signing_secret)
        self.clock = clock
        self.session: ClientSession | None = None

    def point_at(self, request_url: str) -> None:
        """Send to this address from now on."""
        if URL(request_url).host not in LOOPBACK:
            raise NotLoopback("the app's request address", request_url)
        self.request_url = request_url

    async def wait_for_connection(self) -> None:
        """There are no connections to wait for."""
        await asyncio.Event().wait()

    async def send(self, envelope: Envelope, timeout: float) -> Answer:
        """Deliver once; only a 2xx within the time is an acknowledgement."""
        if self.request_url is None:
            return Answer("no_connection")
        content_type, body = _encoded(envelope)
        headers = self._signed(body) | {"Content-Type": content_type} | _retry_headers(envelope)
        try:
            async with self._session().post(
                self.request_url, data=body, headers=headers, timeout=ClientTimeout(total=timeout)
            ) as response:
                return _answer(response.status, response.headers.get("x-slack-no-retry"), await response.text())
        except TimeoutError:
            return Answer("http_timeout")
        except ClientError:
            return Answer("connection_failed")

    async def verify(self) -> None:
        """Ask the address to prove that it is the app's, as Slack does when the address is entered."""
        if self.request_url is None:
            raise LocalWorkspaceError("The app's request address is not known yet; give the workspace a request_url.")
        challenge = {"type": "url_verification", "token": "local", "challenge": secrets.token_hex(16)}
        body = json.dumps(challenge).encode()
        headers = self._signed(body) | {"Content-Type": "application/json"}
        async with self._session().post(self.request_url, data=body, headers=headers) as response:
            text = await response.text()
        if response.status != 200 or challenge["challenge"] not in text:
            raise LocalWorkspaceError(
                f"The request address {self.request_url} did not answer the challenge (HTTP {response.status}); "
                "is the app running there with the same signing secret?"
            )

    async def stop(self) -> None:
        """Close the connections."""
        if self.session is not None:
            await self.session.close()

    def _session(self) -> ClientSession:
        if self.session is None:
            self.session = ClientSession()
        return self.session

    def _signed(self, body: bytes) -> dict[str, str]:
        timestamp = str(int(self.clock()))
        signature = self.verifier.generate_signature(timestamp=timestamp, body=body) or ""
        return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signature}


def _encoded(envelope: Envelope) -> tuple[str, bytes]:
    if envelope.kind == "events_api":
        return "application/json", json.dumps(envelope.payload).encode()
    if envelope.kind == "interactive":
        return FORM, urlencode({"payload": json.dumps(envelope.payload)}).encode()
    return FORM, urlencode(envelope.payload).encode()


def _retry_headers(envelope: Envelope) -> dict[str, str]:
    if not envelope.attempt:
        return {}
    return {"X-Slack-Retry-Num": str(envelope.attempt), "X-Slack-Retry-Reason": envelope.reason}


def _answer(status: int, no_retry: str | None, text: str) -> Answer:
    if not 200 <= status < 300:
        return Answer("http_error", text, retry=no_retry != "1")
    return Answer(None, _decoded(text))


def _decoded(text: str) -> Any:
    """The body as JSON when it is JSON; a plain text is the text of a message; nothing is None."""
    if not text:
        return None
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return {"text": text}
