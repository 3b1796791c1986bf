"""HTML pages as Markdown: the article without navigation, with title and stated date of publication."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from agents.ports import Unreadable

STATED = (
    "article:published_time",
    "datepublished",
    "date",
    "dc.date",
    "dcterms.date",
    "dc.date.issued",
    "pubdate",
    "publishdate",
)
LINKED_DATA = "//script[@type='application/ld+json']/text()"


CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([a-z0-9_-]{2,30})", re.IGNORECASE)


@dataclass(frozen=True)
class Page:
    """A page's words. `published` is the day that the page itself states, or None."""

    text: str
    title: str
    published: str | None


def declared_charset(content: bytes) -> str:
    """The charset that the page declares of itself, or empty."""
    found = CHARSET.search(content[:4096])
    return found[1].decode("ascii") if found else ""


def extract(html: str, name: str) -> Page:
    """The page's article. Slow: call it in a thread. Raises Unreadable; the parsers below may raise anything."""
    import trafilatura
    from trafilatura.utils import load_html

    tree: Any = load_html(html if "<html" in html[:5000].lower() else f"<html>{html}")
    if tree is None:
        raise Unreadable(f"{name} is not an HTML page that can be read.")
    title, published = _title(tree), _published(tree)
    text = trafilatura.extract(tree, output_format="markdown", include_tables=True, include_comments=False)
    return Page(text or trafilatura.html2txt(tree), title, published)


def _title(tree: Any) -> str:
    """What the page calls itself where it is shared, else in its head, else in its first heading."""
    metas = dict(_metas(tree))
    return metas.get("og:title") or tree.findtext(".//title") or "".join(tree.xpath("(//h1)[1]//text()"))


def _published(tree: Any) -> str | None:
    """The day that the page states in its meta data. Nothing is guessed from the text."""
    metas = dict(_metas(tree))
    stated = [metas.get(name, "") for name in STATED]
    stated += [found for script in tree.xpath(LINKED_DATA) for found in _linked(script)]
    stated += tree.xpath("//time[@pubdate or @itemprop='datePublished']/@datetime")
    return next((day for text in stated if (day := iso_day(text))), None)


def _metas(tree: Any) -> Iterator[tuple[str, str]]:
    for meta in reversed(tree.xpath("//meta[@content]")):  # the first one of a name wins
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        yield name.strip().lower(), meta.get("content").strip()


def _linked(script: str) -> Iterator[str]:
    """Every datePublished in a block of linked data, however deep."""
    try:
        waiting: list[Any] = [json.loads(script)]
    except (ValueError, RecursionError):
        return
    while waiting:
        found = waiting.pop()
        yield str(mapping(found).get("datePublished", ""))
        waiting += [*mapping(found).values(), *items(found)]


def mapping(value: object) -> dict[str, Any]:
    """The value if it is a JSON object, else an empty one."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    """The value if it is a JSON array, else an empty one."""
    return cast("list[Any]", value) if isinstance(value, list) else []


def iso_day(text: str) -> str | None:
    """The day at the beginning of an ISO 8601 date or instant, or None."""
    found = re.match(r"\d{4}-\d\d-\d\d(?!\d)", text.strip(), re.ASCII)
    try:
        return date.fromisoformat(found[0]).isoformat() if found else None
    except ValueError:
        return None
