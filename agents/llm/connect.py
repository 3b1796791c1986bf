"""Which model server is asked, and the connection to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from agents.llm.grades import TokensField
from agents.llm.prices import Prices, load
from agents.ports import ModelMisconfigured

if TYPE_CHECKING:
    from openai import AsyncOpenAI

OPENAI = "https://api.openai.com/v1"


@dataclass(frozen=True)
class ModelSettings:
    """Which server is asked, and how hard."""

    api_key: str = field(default="", repr=False)
    base_url: str | None = None  # None is OpenAI's own
    deadline_s: float = 300.0  # over one whole ask with its retries and waits, not over the queue before it
    attempt_s: float = 120.0  # over one attempt
    max_attempts: int = 4  # not counting those that only find out what a server takes
    max_in_flight: int = 16  # calls at once, in this process
    max_tokens_field: TokensField | None = None  # None: OpenAI's own name there, the older one elsewhere
    structured: Literal["auto", "schema", "json", "text"] = "auto"
    prices: Prices = field(default_factory=load, repr=False)

    @property
    def address(self) -> str:
        """Where the server is, without credentials: fit to be shown."""
        url = urlsplit(self.base_url or OPENAI)
        return f"{url.scheme}://{url.netloc.rpartition('@')[2]}{url.path}"

    @property
    def host(self) -> str:
        """The server's name alone."""
        return urlsplit(self.base_url or OPENAI).hostname or ""

    @property
    def is_openai(self) -> bool:
        """Whether it is OpenAI's own or Azure's, which know the newer names of fields."""
        return self.host.endswith(("api.openai.com", ".openai.azure.com"))


def connect(settings: ModelSettings) -> AsyncOpenAI:
    """The connection to a server; importing `openai` takes a second. Raises ModelMisconfigured."""
    from openai import AsyncOpenAI, DefaultAioHttpClient, Timeout

    _check(settings)
    return AsyncOpenAI(
        api_key=settings.api_key or "none",  # servers of one's own want any word
        base_url=settings.base_url or OPENAI,
        max_retries=0,  # the one retry loop is ours
        timeout=Timeout(None, connect=10.0),  # the rest is bounded by the attempt's own time
        http_client=DefaultAioHttpClient(follow_redirects=False, trust_env=not _is_loopback(settings.host)),
    )


def _check(settings: ModelSettings) -> None:
    if not settings.api_key and not settings.base_url:
        raise ModelMisconfigured(
            "There is no key for the model server: set OPENAI_API_KEY, or OPENAI_BASE_URL for a server of your own."
        )
    url = urlsplit(settings.base_url or OPENAI)
    if url.scheme not in ("http", "https") or not url.hostname:
        raise ModelMisconfigured(
            "OPENAI_BASE_URL is no address of a model server; it should look like http://127.0.0.1:11434/v1."
        )
    if "@" in url.netloc:
        raise ModelMisconfigured(
            f"OPENAI_BASE_URL ({settings.address}) holds a name or a password; take it out and set OPENAI_API_KEY."
        )


def failures() -> tuple[type[Exception], ...]:
    """What a request may raise: the package's own errors, and those of its transport that it lets through."""
    from aiohttp import ClientError
    from openai import OpenAIError

    return (OpenAIError, ClientError)


def _is_loopback(host: str) -> bool:
    """Whether it is this machine, to which no proxy leads."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
