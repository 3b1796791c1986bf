"""Listeners translate: what Slack sends becomes a call of intake or decisions. One file per feature."""

from __future__ import annotations

from slack_bolt.app.async_app import AsyncApp

from bot.listeners import actions, commands, control, delegation, events, evidence, forms, scheduling, shortcuts
from bot.listeners.context import Context


def register(app: AsyncApp, context: Context) -> None:
    """Every listener of the program."""
    for feature in (events, actions, evidence, control, delegation, forms, commands, shortcuts, scheduling):
        feature.register(app, context)


__all__ = ["Context", "register"]
