"""The library: folders of documents, searched by their words. The index is refreshed when it is opened."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from agents.tools.library_files import listing
from agents.tools.library_index import Document, Hit, Index, Refreshed

__all__ = ["Document", "Hit", "Library", "Refreshed"]


class Library:
    """Documents given to the department. `Library.open` builds it."""

    def __init__(self, index: Index, refreshed: Refreshed) -> None:
        self._index = index
        self.refreshed = refreshed  # what opening it had to do

    @classmethod
    async def open(cls, folders: Sequence[Path], index: Path) -> Library:
        """The library over these folders, its index file brought up to date. Raises LibraryFault with one sentence."""
        found = Index(index)
        return cls(found, await asyncio.to_thread(_refresh, found, folders))

    async def search(self, query: str, limit: int = 6) -> list[Hit]:
        """The passages that fit the words of the query best, at most two of one document."""
        return await asyncio.to_thread(self._index.search, query, limit)

    async def get(self, source: str) -> Document | None:
        """The document of that source, file name or title."""
        return await asyncio.to_thread(self._index.get, source)

    async def titles(self) -> Sequence[str]:
        """Titles of all documents that could be read, in the order of their files."""
        return await asyncio.to_thread(self._index.titles)

    async def sources(self) -> Sequence[str]:
        """What `get` takes, in the order of the files."""
        return await asyncio.to_thread(self._index.sources)

    async def faults(self) -> Sequence[str]:
        """One sentence for each file that could not be read."""
        return await asyncio.to_thread(self._index.faults)


def _refresh(index: Index, folders: Sequence[Path]) -> Refreshed:
    listed = listing(folders)
    index.prepare()
    return index.refresh(listed)
