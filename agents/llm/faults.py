"""What can go wrong between us and a model server, sorted by what helps. No server's words and no key get out."""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, cast

from agents.llm.grades import Complaint
from agents.ports import (
    Attempt,
    ModelContextFull,
    ModelError,
    ModelMisconfigured,
    ModelRefused,
    ModelUnavailable,
)

if TYPE_CHECKING:
    from openai import APIStatusError


@dataclass(frozen=True)
class Fault:
    """One failed attempt."""

    code: str  # the attempt's outcome
    kind: type[ModelError]
    sentence: str  # what happened, where, what to do
    is_passing: bool = False  # another try may help
    is_billed: bool = False  # the server may have worked, and charged, before it failed
    retry_after_s: float | None = None
    complaint: Complaint | None = None  # the server does not take something that was sent

    def error(self, attempts: Sequence[Attempt]) -> ModelError:
        """The same as an exception."""
        rest = f" It asked us to wait {self.retry_after_s:g} seconds." if self.retry_after_s else ""
        tries = f" We tried {len(attempts)} times." if len(attempts) > 1 else ""
        return self.kind(f"{self.sentence}{rest}{tries}", attempts)


@dataclass(frozen=True)
class Place:
    """Whom we asked, for the sentences. `address` holds no credentials."""

    address: str
    model: str


def timed_out(place: Place, seconds: float) -> Fault:
    """No answer in time."""
    sentence = (
        f"The model server at {place.address} did not answer within {seconds:.3g} seconds; "
        "check that it is not overloaded and try again later."
    )
    return Fault("timeout", ModelUnavailable, sentence, is_passing=True, is_billed=True)


def broken(place: Place) -> Fault:
    """An answer that cannot be read."""
    sentence = (
        f"The model server at {place.address} sent an answer that cannot be read; try again later, "
        "and if it stays so check that OPENAI_BASE_URL is the address of an OpenAI-compatible server."
    )
    return Fault("broken_answer", ModelUnavailable, sentence, is_passing=True, is_billed=True)


def refused(place: Place, code: str) -> Fault:
    """The model declined, or a filter stopped it."""
    words = {"refusal": "declined to answer", "content_filter": "was stopped by a content filter"}[code]
    sentence = f"The model {place.model} {words}; word the mission differently or choose another model."
    return Fault(code, ModelRefused, sentence)


def context_full(place: Place) -> Fault:
    """More than the model reads."""
    sentence = (
        f"The request is longer than the model {place.model} can read; give it less at once, "
        "or choose a model with a longer context."
    )
    return Fault("context_full", ModelContextFull, sentence)


def sort(error: Exception, place: Place) -> Fault:
    """The fault behind an error of the openai package or of its transport."""
    from openai import APIConnectionError, APIStatusError

    if isinstance(error, APIStatusError):
        return _of_status(error.status_code, _said(error.body), _retry_after_s(error), place)
    if not isinstance(error, APIConnectionError):
        return broken(place)
    return _untrusted(place) if _is_certificate(error) else _unreachable(place)


def sort_body(body: object, place: Place) -> Fault:
    """The fault behind an error that came inside an answer of status 200."""
    said = _said(body)
    status = int(said.code) if said.code.isdigit() else 502
    return _of_status(status, said, None, place)


@dataclass(frozen=True)
class _Said:
    """What a server says about its error. `words` are for recognising it only and are never shown."""

    words: str  # in lower case
    code: str = ""
    kind: str = ""
    param: str = ""


def _said(body: object) -> _Said:
    outer = _fields(body)
    fields = _fields(outer.get("error")) or outer
    code, kind, param = (str(fields.get(key) or "") for key in ("code", "type", "param"))
    return _Said(str(fields.get("message") or body)[:4000].lower(), code, kind, param)


def _fields(value: object) -> Mapping[str, object]:
    return cast(Mapping[str, object], value) if isinstance(value, dict) else {}


_CONTEXT = re.compile(
    r"context[ _-]?(length|window|size)|(prompt|input|request|messages?)\b[^.]{0,40} too (long|large)"
    r"|reduce the length|too many (input )?tokens|maximum (number of tokens|prompt length|model length|input length)"
    r"|exceed_context|exceeded model token limit|string_above_max_length|entity too large"
)
_TOO_LARGE = re.compile(r"request too large")  # for the allowance of a minute: waiting does not help
_FILTER = re.compile(r"content_filter|content management policy|content_policy|responsibleai|moderation|safety system")
_QUOTA = ("insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "insufficient_balance")
_UNABLE = (
    r"not (currently )?support|unsupported|unavailable|not available|not implemented|unknown|unrecogni[sz]ed|unexpected"
    r"|invalid|not (permitted|allowed)|extra (inputs|fields)|requires?|must be|no endpoints|disabled|cannot|enable"
)
_COMPLAINTS: tuple[tuple[Complaint, str, re.Pattern[str]], ...] = (
    ("answer", "response_format", re.compile(r"response_format|json_schema|json_object|json mode|structured|grammar")),
    ("tools", "tool", re.compile(r"\btools?\b|tool_choice|tool use|function.call")),
    ("tokens", "max_", re.compile(r"max_completion_tokens|max_tokens")),
)
_IS_UNABLE = re.compile(_UNABLE)


def _of_status(status: int, said: _Said, retry_after_s: float | None, place: Place) -> Fault:
    told = f"{said.words} {said.code} {said.kind}"
    if (_TOO_LARGE if status == 429 else _CONTEXT).search(told) and status in (400, 413, 422, 429, 500):
        return context_full(place)
    if status in (400, 403, 422) and _FILTER.search(told):
        return refused(place, "content_filter")
    if said.code in _QUOTA or said.kind in _QUOTA or status == 402:
        return _misconfigured(place, "quota", "says that the quota or the credit of our key is used up; raise it there")
    fault = replace(_of_kind(status, said, place), retry_after_s=retry_after_s)
    complaint = _complaint(status, said)
    if complaint in (None, "unclear"):
        return replace(fault, complaint=complaint)
    return replace(fault, complaint=complaint, code=f"unsupported_{complaint}", is_billed=False)


def _of_kind(status: int, said: _Said, place: Place) -> Fault:
    if status in _REFUSALS:
        return _misconfigured(place, *_REFUSALS[status])
    if status == 404:
        return _not_found(said, place)
    if status in (408, 409, 425, 429) or status >= 500:
        return _passing(status, place)
    if 300 <= status < 400:
        return _misconfigured(place, "moved", "points to another address; put the final one into OPENAI_BASE_URL")
    names = ", ".join((f"status {status}", *filter(_is_harmless, (said.code, said.param))))
    remedy = "check that it speaks Chat Completions and that the model fits its role"
    return _misconfigured(place, f"status_{status}", f"refuses the request ({names}); {remedy}")


_REFUSALS = {
    401: ("key_refused", "refuses our key; check OPENAI_API_KEY"),
    403: ("not_allowed", "does not let our key do this; check its rights and OPENAI_API_KEY"),
}


def _misconfigured(place: Place, code: str, words: str) -> Fault:
    return Fault(code, ModelMisconfigured, f"The model server at {place.address} {words} (model {place.model}).")


def _not_found(said: _Said, place: Place) -> Fault:
    if "model" in said.words:
        words = "does not know this model; choose one of those that it offers"
        return _misconfigured(place, "model_not_found", words)
    return _misconfigured(place, "not_found", "has nothing at this address; OPENAI_BASE_URL usually ends in /v1")


def _passing(status: int, place: Place) -> Fault:
    if status == 429:
        words = "asks us to slow down (status 429); lower the number of calls in flight, or try again later"
        return Fault("rate_limited", ModelUnavailable, f"The model server at {place.address} {words}.", is_passing=True)
    words = f"has trouble (status {status}); try again later"
    sentence = f"The model server at {place.address} {words}."
    return Fault(f"status_{status}", ModelUnavailable, sentence, is_passing=True, is_billed=status >= 500)


def _unreachable(place: Place) -> Fault:
    sentence = (
        f"The model server at {place.address} cannot be reached or broke off; "
        "check that it runs and that OPENAI_BASE_URL is right."
    )
    return Fault("unreachable", ModelUnavailable, sentence, is_passing=True, is_billed=True)


def _untrusted(place: Place) -> Fault:
    words = "shows a certificate that this machine does not trust; install its authority or set SSL_CERT_FILE"
    return _misconfigured(place, "certificate", words)


def _complaint(status: int, said: _Said) -> Complaint | None:
    if status not in (400, 404, 405, 415, 422, 500, 501) or said.param.startswith("messages"):
        return None
    for complaint, param, words in _COMPLAINTS:
        if said.param.startswith(param):
            return complaint
        if words.search(said.words) and _IS_UNABLE.search(said.words):
            return complaint
    is_unclear = status in (400, 422, 501) and not said.param
    return "unclear" if is_unclear else None


def _is_harmless(word: str) -> bool:
    """Whether it is a plain name such as invalid_value or messages[1].content, and so no key and no sentence."""
    return len(word) <= 60 and re.fullmatch(r"[a-z_]+((\.?\[\d{1,3}\])?\.?[a-z_]+)*", word) is not None


def _is_certificate(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return True
        cause = cause.__cause__
    return False


def _retry_after_s(error: APIStatusError) -> float | None:
    """Seconds that the server asked us to wait, if it did."""
    headers = error.response.headers
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after")
    seconds = _number(value)
    return _until(value) if seconds is None and value else seconds


def _number(value: str | None) -> float | None:
    return float(value) if value and re.fullmatch(r"\s*\d{1,9}(\.\d+)?\s*", value) else None


def _until(date: str) -> float | None:
    try:
        return max(0.0, parsedate_to_datetime(date).timestamp() - time.time())
    except ValueError:
        return None
