"""What can go wrong, sorted by who hears of it.

LocalWorkspaceError         a person at the terminal or in the page
  PortInUse                 the port is taken
  NotLoopback               somebody asked for an address that others could reach
  PageError                 a gesture in the page or in a test that cannot be carried out
    NotAcknowledged         the app did not answer a gesture within three seconds
ApiError                    the app, as `{"ok": false, "error": code}`
"""

from typing import Any


class LocalWorkspaceError(Exception):
    """The local workspace cannot do this."""


class PortInUse(LocalWorkspaceError):
    """Another program listens on the port already."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(
            f"The local workspace cannot start: port {port} on {host} is in use by another program; "
            "stop that program or choose another port (0 takes any free one)."
        )


class NotLoopback(LocalWorkspaceError):
    """The local workspace serves this machine only."""

    def __init__(self, what: str, host: str) -> None:
        super().__init__(
            f"The local workspace stays on this machine: {what} is {host!r}; use 127.0.0.1, localhost or ::1 instead."
        )


class PageError(LocalWorkspaceError):
    """A person's gesture cannot be carried out; the sentence says what and why."""


class NotAcknowledged(PageError):
    """The app did not acknowledge the gesture in time."""

    def __init__(self, name: str, seconds: float) -> None:
        super().__init__(f"The app did not answer {name} within {seconds:g} seconds; is it running and connected?")


class ApiError(Exception):
    """A refusal in Slack's own words: a code, and fields that go beside it in the answer."""

    def __init__(self, code: str, *messages: str, **fields: Any) -> None:
        super().__init__(code)
        self.code = code
        self.messages = messages
        self.fields = fields

    def answer(self) -> dict[str, Any]:
        """The body of the refusal."""
        body: dict[str, Any] = {"ok": False, "error": self.code, **self.fields}
        if self.messages:
            body["response_metadata"] = {"messages": list(self.messages)}
        return body


def missing(name: str) -> ApiError:
    """The refusal for an argument that is not there."""
    return ApiError("invalid_arguments", f"[ERROR] missing required field: {name}")


def invalid(name: str, why: str) -> ApiError:
    """The refusal for an argument with a value that Slack does not take."""
    return ApiError("invalid_arguments", f"[ERROR] {why} [json-pointer:/{name}]")
