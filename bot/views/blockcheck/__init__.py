"""Says what Slack would refuse in a payload, before it is sent.

Slack publishes no schema of Block Kit and its SDK is only a partial net: it lets through empty text, duplicate
ids, long tables and modals without a submit button. So the limits stand here as data and every payload on its way
out, and every payload in the tests, is held against them. Nothing here raises on bad input; it returns faults.
"""

from bot.views.blockcheck.faults import Fault
from bot.views.blockcheck.payloads import check_blocks, check_message, check_post, check_view

__all__ = ["Fault", "check_blocks", "check_message", "check_post", "check_view"]
