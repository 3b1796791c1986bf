"""A Slack workspace on loopback: Web API, Socket Mode, signed HTTP delivery and a page for people.

The demonstration and the integration tests talk to this server with the real slack-sdk and the real Bolt;
whoever uses it needs nothing but its address and its tokens.
"""

from bot.local.workspace.errors import LocalWorkspaceError, NotAcknowledged, PageError, PortInUse
from bot.local.workspace.faults import Faults
from bot.local.workspace.server import Workspace

__all__ = ["Faults", "LocalWorkspaceError", "NotAcknowledged", "PageError", "PortInUse", "Workspace"]
