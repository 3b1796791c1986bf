"""Agent sessions: the status, title and Stop button of a thread."""

from bot.local.workspace import events, streams
from bot.local.workspace.core import Core
from bot.local.workspace.errors import ApiError, PageError, invalid
from bot.local.workspace.rendering import page_session
from bot.local.workspace.state import Session

STATUSES = ("processing", "active", "suspended", "closed")
PROCESSING_SECONDS = 3600.0
"""A session that nobody renews stops being shown as processing after an hour."""
LONGEST_TITLE = 200
STOP_EVENT = "agent_session_stopped"


def current(core: Core, channel: str, thread_ts: str) -> Session | None:
    """The session of the thread, its status corrected when `processing` has run out."""
    session = core.state.sessions.get((channel, thread_ts))
    if session is not None and session.status == "processing" and core.clock() - session.renewed > PROCESSING_SECONDS:
        session.status = "active"
    return session


def set_status(
    core: Core, channel: str, thread_ts: str, status: str, title: str = "", initiator: str | None = None
) -> Session:
    """Move the session; the first call makes it, and only then title and initiator count."""
    if status not in STATUSES:
        raise invalid("status", f"must be one of {', '.join(STATUSES)}")
    if len(title) > LONGEST_TITLE:
        raise invalid("title", f"must be at most {LONGEST_TITLE} characters")
    session = core.state.sessions.get((channel, thread_ts))
    if session is None:
        session = Session(channel, thread_ts, status, title, initiator, core.clock())
        core.state.sessions[channel, thread_ts] = session
    session.status, session.renewed = status, core.clock()
    core.show(page_session(core, channel, thread_ts))
    return session


def rename(core: Core, channel: str, thread_ts: str, title: str, by: str | None = None) -> Session:
    """Give the session another title; when a person does it (`by`) the app is told."""
    session = current(core, channel, thread_ts)
    if session is None:
        raise ApiError("session_not_found")
    if not title or len(title) > LONGEST_TITLE:
        raise invalid("title", f"must be 1 to {LONGEST_TITLE} characters")
    session.title = title
    core.show(page_session(core, channel, thread_ts))
    if by is not None:
        core.emit(
            events.session_renamed(channel, thread_ts, by, title, core.stamps.next()), core.state.channels[channel]
        )
    return session


def stop(core: Core, channel: str, thread_ts: str, user: str) -> None:
    """A person presses Stop: running streams end, the app is told; the status is the app's to change."""
    session = current(core, channel, thread_ts)
    if session is None or session.status != "processing":
        raise PageError("There is nothing to stop here: no work is under way in this thread.")
    if STOP_EVENT not in core.settings.subscriptions:
        raise PageError("This app cannot be stopped: it does not subscribe to agent_session_stopped.")
    stopped = []
    for message in core.state.thread(channel, thread_ts):
        if message.stream is not None and message.stream.open:
            streams.close(core, message)
            message.stream.stopped_by_user = True
            stopped.append(message.ts)
    event = events.session_stopped(channel, thread_ts, user, stopped, core.stamps.next())
    core.emit(event, core.state.channels[channel])
