"""What can go wrong with tools, sorted by who can mend it.

ToolFault           the model: what it asked for cannot be done as asked
ToolsMisconfigured  the operator: a setting of the tools, told before work begins
LibraryFault        the operator: a folder or the index of the library, told before work begins
SearchFault         the search service
+-- SearchUnavailable    nobody now: unreachable, too slow or overloaded
+-- SearchMisconfigured  the operator: key, address or quota

`agents.ports.Unreadable` says that a source, a file or a page cannot be read.
"""

from __future__ import annotations


class ToolFault(Exception):
    """What was asked of a tool cannot be done; the message is one sentence fit for models."""


class ToolsMisconfigured(Exception):
    """A setting of the tools does not work; the message is one sentence with the remedy."""


class SearchFault(Exception):
    """The web search brought no answer; the message is one sentence."""


class SearchUnavailable(SearchFault):
    """The web search does not answer now."""


class SearchMisconfigured(SearchFault):
    """The web search refuses our key, address or quota."""


class LibraryFault(Exception):
    """The library cannot be opened; the message is one sentence with the remedy."""
