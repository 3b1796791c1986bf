"""The rehearsal model: an OpenAI-compatible server on loopback that plays every role by rules."""

from bot.local.rehearsal.faults import Fault, Faults, Kind
from bot.local.rehearsal.server import Called, Rehearsal

__all__ = ["Called", "Fault", "Faults", "Kind", "Rehearsal"]
