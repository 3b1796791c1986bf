"""The index of the library: a SQLite file of its own with a full-text table of passages. A cache, made anew at need."""

from __future__ import annotations

import hashlib
import re
import sqlite3
import time
from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from agents.ports import Unreadable
from agents.tools import library_files
from agents.tools.captured import parts
from agents.tools.faults import LibraryFault
from agents.tools.library_files import Entry, Listed

MARK = 0x42544E4C  # application id of our index files, so that no other database is ever overwritten
VERSION = 1  # of the tables and of how files are read; another one means: build anew
PASSAGE = 900  # characters
PER_FILE = 10_000  # rowids kept for the passages of one file
TITLE_WEIGHT = 4.0  # a word in the title counts as so many in the text
MAX_WORDS = 32
WAIT = 30.0  # seconds for another process to be done with the file

SMALL_WORDS = """a an and any are as at be by can did do does for from had has have how i if in is it its many may
more most much no not of on or our should some than that the their there these they this those to was we were what when
where which who why will with you your"""
STOP = frozenset(SMALL_WORDS.split())

TABLES = """
CREATE TABLE files (
    id INTEGER PRIMARY KEY, path TEXT UNIQUE NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL,
    mtime INTEGER NOT NULL, sha256 TEXT NOT NULL, source TEXT NOT NULL DEFAULT '', title TEXT NOT NULL DEFAULT '',
    published TEXT, text TEXT NOT NULL DEFAULT '', fault TEXT NOT NULL DEFAULT '');
CREATE INDEX files_by_source ON files (source);
CREATE VIRTUAL TABLE passages USING fts5 (title, body, tokenize = 'porter unicode61');
"""


@dataclass(frozen=True)
class Hit:
    """A passage that fits a query. `source` is what `read` takes."""

    title: str
    source: str
    published: str | None
    excerpt: str


@dataclass(frozen=True)
class Document:
    """A document of the library, whole."""

    title: str
    source: str
    published: str | None
    text: str


@dataclass(frozen=True)
class Refreshed:
    """What bringing the index up to date came to, in files."""

    read: int = 0  # new or changed
    removed: int = 0
    unchanged: int = 0


class Index:
    """The index in one file. Every method opens and closes it, so any thread may call."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def _open(self) -> Generator[sqlite3.Connection]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=WAIT, isolation_level=None)) as db:
                db.row_factory = sqlite3.Row
                db.execute("PRAGMA synchronous = NORMAL")  # what a power cut takes back is read again
                yield db
        except (sqlite3.Error, OSError) as error:
            why = f"The library's index {self._path} cannot be used ({error}); remove the file or set another place."
            raise LibraryFault(why) from error

    def prepare(self) -> None:
        """Makes the tables where there are none or old ones. Raises LibraryFault for a file that is not an index."""
        with self._open() as db:
            if _pragma(db, "application_id") not in (0, MARK) or (_tables(db) and not _pragma(db, "application_id")):
                raise LibraryFault(f"{self._path} is not an index of a library; set another place for the index.")
            _use_wal(db)
            with _transaction(db):
                if _pragma(db, "user_version") != VERSION or not _tables(db):
                    _make_tables(db)

    def refresh(self, listed: Sequence[Listed]) -> Refreshed:
        """Reads what is new or changed, forgets what is gone. A file's own commit each: a stop loses nothing."""
        with self._open() as db:
            known = {row["path"]: row for row in db.execute("SELECT id, path, name, size, mtime, sha256 FROM files")}
            gone = [known[path]["id"] for path in known.keys() - {one.key for one in listed}]
            for id in gone:
                with _transaction(db):
                    _forget(db, id)
            read = sum(_brought_up(db, one, known.get(one.key)) for one in listed)
        return Refreshed(read, len(gone), len(listed) - read)

    def search(self, query: str, limit: int) -> list[Hit]:
        """Hits, best first, at most two of one file."""
        words = query_words(query)
        if not words or limit < 1:
            return []
        with self._open() as db:
            found = _by_words(db, words, limit * 8) or _by_letters(db, words, limit * 8)
        return _spread(found, limit)

    def get(self, source: str) -> Document | None:
        """The document of that source, name or title, in this order."""
        with self._open() as db:
            row = db.execute(
                "SELECT title, source, published, text FROM files WHERE fault = '' AND (source = :it OR name = :it"
                " OR title = :it COLLATE NOCASE) ORDER BY source = :it DESC, name = :it DESC, name LIMIT 1",
                {"it": source.encode("utf-8", "replace").decode()},
            ).fetchone()
        return Document(**row) if row else None

    def titles(self) -> list[str]:
        return self._column("SELECT title FROM files WHERE fault = '' ORDER BY name")

    def sources(self) -> list[str]:
        return self._column("SELECT source FROM files WHERE fault = '' ORDER BY name")

    def faults(self) -> list[str]:
        return self._column("SELECT fault FROM files WHERE fault != '' ORDER BY name")

    def _column(self, query: str) -> list[str]:
        with self._open() as db:
            return [row[0] for row in db.execute(query)]


def query_words(query: str) -> list[str]:
    """The words to look for, each once; small words only when there are no others."""
    words = list(dict.fromkeys(re.findall(r"\w+", query.casefold())))
    return ([word for word in words if word not in STOP] or words)[:MAX_WORDS]


def _by_words(db: sqlite3.Connection, words: Sequence[str], limit: int) -> list[sqlite3.Row]:
    """Passages with any of the words, ranked by BM25. Each word is quoted: no query is ever syntax."""
    return db.execute(
        "SELECT f.id, f.title, f.source, f.published, passages.body FROM passages"
        f" JOIN files f ON f.id = passages.rowid / {PER_FILE} WHERE passages MATCH ?"
        " ORDER BY bm25(passages, ?, 1.0), passages.rowid LIMIT ?",
        (" OR ".join(f'"{word}"' for word in words), TITLE_WEIGHT, limit),
    ).fetchall()


def _by_letters(db: sqlite3.Connection, words: Sequence[str], limit: int) -> list[sqlite3.Row]:
    """Passages that hold one of the words anywhere, for scripts without spaces. Slow: it reads every passage."""
    words = [word for word in words if not word.isascii()]
    if not words:
        return []
    return db.execute(
        "SELECT f.id, f.title, f.source, f.published, passages.body FROM passages"
        f" JOIN files f ON f.id = passages.rowid / {PER_FILE}"
        f" WHERE {' OR '.join('instr(lower(passages.body), ?)' for _ in words)} ORDER BY passages.rowid LIMIT ?",
        (*words, limit),
    ).fetchall()


def _spread(rows: Sequence[sqlite3.Row], limit: int) -> list[Hit]:
    seen: dict[int, int] = {}
    hits: list[Hit] = []
    for row in rows:
        seen[row["id"]] = seen.get(row["id"], 0) + 1
        if seen[row["id"]] <= 2:
            hits.append(Hit(row["title"], row["source"], row["published"], " ".join(row["body"].split())))
    return hits[:limit]


def _brought_up(db: sqlite3.Connection, listed: Listed, known: sqlite3.Row | None) -> bool:
    """Whether the file had to be read anew. Equal size and time, or else equal content, mean it had not."""
    same_name = known is not None and known["name"] == listed.name
    if known is not None and same_name and (known["size"], known["mtime"]) == (listed.size, listed.mtime):
        return False
    digest, entry, fault = _read(listed, known["sha256"] if known is not None and same_name else "")
    with _transaction(db):
        if entry is None and not fault:
            db.execute("UPDATE files SET size = ?, mtime = ? WHERE path = ?", (listed.size, listed.mtime, listed.key))
            return False
        for row in db.execute("SELECT id FROM files WHERE path = ?", (listed.key,)).fetchall():
            _forget(db, row["id"])
        _add(db, listed, digest, entry, fault)
    return True


def _read(listed: Listed, known: str) -> tuple[str, Entry | None, str]:
    """Digest, then what the file says or why it cannot be read; neither when its digest is the known one."""
    try:
        content = library_files.content(listed)
    except Unreadable as error:
        return "", None, str(error)
    digest = hashlib.sha256(content).hexdigest()
    if digest == known:
        return digest, None, ""
    try:
        return digest, library_files.entry(listed, content), ""
    except Unreadable as error:
        return digest, None, str(error)


def _add(db: sqlite3.Connection, listed: Listed, digest: str, entry: Entry | None, fault: str) -> None:
    row = (listed.key, listed.name, listed.size, listed.mtime, digest)
    if entry is None:
        db.execute(
            "INSERT INTO files (path, name, size, mtime, sha256, fault) VALUES (?, ?, ?, ?, ?, ?)", (*row, fault)
        )
        return
    taken = entry.url and db.execute("SELECT 1 FROM files WHERE source = ?", (entry.url,)).fetchone()
    source = listed.name if taken or not entry.url else entry.url
    id = db.execute(
        "INSERT INTO files (path, name, size, mtime, sha256, source, title, published, text)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*row, source, entry.title, entry.published, entry.text),
    ).lastrowid
    bodies = [entry.text[start:end] for start, end in parts(entry.text, PASSAGE)]
    rows = [((id or 0) * PER_FILE + at, entry.title, body) for at, body in enumerate(bodies)]
    db.executemany("INSERT INTO passages (rowid, title, body) VALUES (?, ?, ?)", rows)


def _forget(db: sqlite3.Connection, id: int) -> None:
    db.execute("DELETE FROM passages WHERE rowid BETWEEN ? AND ?", (id * PER_FILE, (id + 1) * PER_FILE - 1))
    db.execute("DELETE FROM files WHERE id = ?", (id,))


@contextmanager
def _transaction(db: sqlite3.Connection) -> Generator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def _use_wal(db: sqlite3.Connection) -> None:
    """Another process may be doing the same to a new file: for that SQLite does not wait by itself."""
    until = time.monotonic() + WAIT
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        time.sleep(0.02)


def _pragma(db: sqlite3.Connection, name: str) -> int:
    return db.execute(f"PRAGMA {name}").fetchone()[0]


def _tables(db: sqlite3.Connection) -> bool:
    return db.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' LIMIT 1").fetchone() is not None


def _make_tables(db: sqlite3.Connection) -> None:
    db.execute("DROP TABLE IF EXISTS passages")
    db.execute("DROP TABLE IF EXISTS files")
    for statement in filter(str.strip, TABLES.split(";")):
        db.execute(statement)
    db.execute(f"PRAGMA application_id = {MARK}")
    db.execute(f"PRAGMA user_version = {VERSION}")
