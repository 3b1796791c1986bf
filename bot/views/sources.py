"""Sources as people see them: title, day, and a link where the address is one that was really read."""

from __future__ import annotations

from agents.domain.evidence import Snapshot
from agents.ports import File
from bot.views.links import is_allowed
from bot.views.text import escape, short

TITLE = 150
ADDRESS = 300  # a longer one is left out: it would not leave room for the quote


def source_hosts(file: File) -> frozenset[str]:
    """Hosts of the sources that were read; only these may be links."""
    found = [s.source.split("/")[2] for s in file.snapshots.values() if s.source.startswith(("https://", "http://"))]
    return frozenset(host.split("@")[-1].split(":")[0].lower() for host in found)


def linked(snapshot: Snapshot | None, hosts: frozenset[str]) -> str:
    """mrkdwn: the title, as a link where that is possible, and the day that the source states."""
    if snapshot is None:
        return "a source that is not on record"
    title = short(snapshot.title or snapshot.source, TITLE)
    if len(snapshot.source) <= ADDRESS and is_allowed(snapshot.source, hosts):
        title = f"<{escape(snapshot.source)}|{title.replace('|', '/')}>"
    return f"{title} ({short(snapshot.published, 20)})" if snapshot.published else title
