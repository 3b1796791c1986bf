"""Refusals on demand, as OpenAI words them."""

from typing import Any

from bot.local.rehearsal.faults import Fault, Kind
from bot.local.rehearsal.wire import Refusal


def refusal(fault: Fault, body: dict[str, Any]) -> Refusal:
    """The answer in place of an answer."""
    match fault.kind:
        case Kind.RATE_LIMIT:
            wait = f"{fault.retry_after:g}"
            return Refusal(
                429,
                f"Rate limit reached; try again in {wait} s.",
                "rate_limit_error",
                "rate_limit_exceeded",
                headers=(("Retry-After", wait),),
            )
        case Kind.QUOTA:
            return Refusal(429, "You exceeded your current quota.", "insufficient_quota", "insufficient_quota")
        case Kind.UNAUTHORIZED:
            return Refusal(401, "Incorrect API key provided.", code="invalid_api_key")
        case Kind.NO_MODEL:
            return Refusal(404, f"The model '{body['model']}' has been retired.", code="model_not_found", param="model")
        case Kind.CONTEXT:
            return Refusal(
                400,
                "This model's maximum context length is exceeded.",
                code="context_length_exceeded",
                param="messages",
            )
        case Kind.NO_STRUCTURE:
            return Refusal(400, "'response_format' is not supported with this model.", param="response_format")
        case Kind.NO_TOOLS:
            return Refusal(400, "'tools' is not supported with this model.", param="tools")
        case _:
            return Refusal(fault.status, "The server had an error while processing your request.", "server_error")
