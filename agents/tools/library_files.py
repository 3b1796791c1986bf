"""Files of the library: which there are, and what each says."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from agents.ports import Unreadable
from agents.tools.captured import canonical, one_line
from agents.tools.documents import KINDS, MAX_BYTES, extract
from agents.tools.faults import LibraryFault
from agents.tools.pages import iso_day

SUFFIXES = frozenset(KINDS) - {".json", ".log", ".text"}
MAX_FILES = 20_000
DATES = ("%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y", "%d.%m.%Y")  # forms that mean one day only


@dataclass(frozen=True)
class Listed:
    """A file that belongs to the library, before it is read."""

    path: Path
    name: str  # path within its folder, with slashes; unique in the library
    size: int
    mtime: int  # nanoseconds

    @property
    def key(self) -> str:
        """The path as text: a name on disk need not be UTF-8."""
        return str(self.path).encode("utf-8", "backslashreplace").decode()


@dataclass(frozen=True)
class Entry:
    """What a file says."""

    title: str
    url: str  # empty when it states none
    published: str | None
    text: str


def listing(folders: Sequence[Path]) -> list[Listed]:
    """All files of the library, by name. Raises LibraryFault for a folder that cannot be read."""
    found: dict[str, Listed] = {}
    for folder in folders:
        for path in _files(folder):
            name = one_line(path.relative_to(folder).as_posix(), 1000)
            name = name if name not in found else f"{folder.name}/{name}"
            listed = _listed(path, name if name not in found else one_line(path.as_posix(), 2000))
            if listed:
                found[listed.name] = listed
        if len(found) > MAX_FILES:
            raise LibraryFault(f"The library has more than {MAX_FILES:,} files; give folders with fewer.")
    return [found[name] for name in sorted(found)]


def _files(folder: Path) -> Iterator[Path]:
    """Readable kinds of files, hidden ones left out; links are followed only where they stay inside the folder."""
    if not folder.is_dir():
        why = "is not a folder" if folder.exists() else "does not exist"
        raise LibraryFault(f"The library folder {folder} {why}; create it or correct the setting.")
    inside = folder.resolve()
    for place, folders, names in os.walk(folder, onerror=_unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(place, name)
            if not name.startswith(".") and path.suffix.lower() in SUFFIXES and path.resolve().is_relative_to(inside):
                yield path


def _unreadable(error: OSError) -> None:
    raise LibraryFault(f"The library folder {error.filename} cannot be read ({error.strerror}).") from error


def _listed(path: Path, name: str) -> Listed | None:
    try:
        stat = path.stat()
    except OSError:  # gone between the listing and now, or a link to nowhere
        return None
    return Listed(path, name, stat.st_size, stat.st_mtime_ns)


def content(listed: Listed) -> bytes:
    """The bytes of the file. Raises Unreadable."""
    if listed.size > MAX_BYTES:
        raise Unreadable(f"{listed.name} is larger than {MAX_BYTES // 1_000_000} MB.")
    try:
        return listed.path.read_bytes()
    except OSError as error:
        raise Unreadable(f"{listed.name} cannot be opened ({error.strerror}).") from error


def entry(listed: Listed, found: bytes) -> Entry:
    """What the file says. Raises Unreadable."""
    document = extract(found, listed.name)
    stem = re.sub(r"[-_]+", " ", listed.path.stem).strip() or listed.name
    if document.kind != "text":
        return Entry(document.title or one_line(stem), "", document.published, document.text)
    said, text = front_matter(document.text)
    if not text:
        raise Unreadable(f"{listed.name} has a heading but no text.")
    heading = re.match(r"#\s+(.+)", text) if listed.path.suffix.lower() in (".md", ".markdown") else None
    title = said.get("title") or (heading[1] if heading else stem)
    return Entry(one_line(title), _url(said.get("url", "")), day(said.get("published", "")), text)


def front_matter(text: str) -> tuple[dict[str, str], str]:
    """Lines `title:`, `published:`, `url:` at the top, also between two lines of dashes, and the text after them."""
    lines = text.split("\n")
    if lines[0].strip() == "---" and "---" in (rest := [line.strip() for line in lines[1:60]]):
        end = rest.index("---") + 1
        fenced = dict(filter(None, map(_said, lines[1:end])))
        return (fenced, canonical("\n".join(lines[end + 1 :]))) if fenced else ({}, text)
    said: dict[str, str] = {}
    for at, line in enumerate(lines):
        if not (pair := _said(line)):
            return said, canonical("\n".join(lines[at:])) if said else text
        said[pair[0]] = pair[1]
    return said, ""


def _said(line: str) -> tuple[str, str] | None:
    found = re.fullmatch(r"(title|published|date|url|source)\s*:\s*(.*)", line.strip(), re.IGNORECASE)
    if not found:
        return None
    name = {"date": "published", "source": "url"}.get(found[1].lower(), found[1].lower())
    return name, found[2].strip().strip("\"'")


def _url(text: str) -> str:
    return text if re.fullmatch(r"https?://\S{1,1000}", text) else ""


def day(text: str) -> str | None:
    """The day as ISO date, or None when the text is no day or could be two."""
    for form in DATES:
        try:
            return datetime.strptime(text, form).date().isoformat()
        except ValueError:
            continue
    return iso_day(text)
