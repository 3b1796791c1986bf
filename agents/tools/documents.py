"""Files as text: bytes, name and mimetype in, words out. What a file is, its first bytes say, not its name."""

from __future__ import annotations

import asyncio
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import PurePath

from agents.ports import Unreadable
from agents.tools import office, pages
from agents.tools.captured import canonical, one_line

MAX_BYTES = 20_000_000
MAX_HTML = 5_000_000  # bytes; trees of larger pages take seconds and hundreds of megabytes
MAX_CHARACTERS = 2_000_000

KINDS = {
    ".txt": "text",
    ".text": "text",
    ".log": "text",
    ".md": "text",
    ".markdown": "text",
    ".csv": "text",
    ".tsv": "text",
    ".json": "text",
    ".html": "html",
    ".htm": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".xlsx": "xlsx",
}
MIMETYPES = {
    "text/html": "html",
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/json": "text",
}
WORDS = {
    "text": "text",
    "html": "an HTML page",
    "pdf": "a PDF",
    "docx": "a Word document",
    "xlsx": "an Excel workbook",
}
# First bytes of what cannot be read, and its name.
FOREIGN = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"RIFF", "a media file"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\0", "a SQLite database"),
    (b"ID3", "an audio file"),
    (b"OggS", "an audio file"),
    (b"{\\rtf", "an RTF document"),
    (b"%!PS", "a PostScript file"),
    (b"\xd0\xcf\x11\xe0", "an old Office file or one locked with a password"),
)
HTML_START = re.compile(rb"\s*<(!doctype\s+html|html)\b", re.IGNORECASE)
PROLOG = re.compile(rb"<!--.*?-->|<\?.*?\?>|\xef\xbb\xbf", re.DOTALL)
log = logging.getLogger(__name__)

# Encodings that a page or server may declare; some others that Python knows are slow or unpack what is packed.
CHARSETS = re.compile(
    r"utf-?(8|16|32)([lb]e)?|(iso-?8859|windows|koi8|euc|gb|big|shift|us)[_-]?[a-z0-9-]{1,8}|gbk", re.I
)
LATIN = re.compile(r"iso-?8859-1|latin-?1|us-ascii|ascii", re.IGNORECASE)  # on the web these mean Windows-1252


@dataclass(frozen=True)
class Document:
    """The words of a file, with what it says of itself. `kind` is what it really is."""

    text: str
    kind: str  # text, html, pdf, docx, xlsx
    title: str = ""  # empty when it states none
    published: str | None = None  # ISO date


async def read(content: bytes, name: str, mimetype: str = "", charset: str = "") -> Document:
    """The document, read in a thread. Raises Unreadable with one clear sentence."""
    return await asyncio.get_running_loop().run_in_executor(_threads(), extract, content, name, mimetype, charset)


@cache
def _threads() -> ThreadPoolExecutor:
    """Two threads of their own: a file that takes for ever to parse must not hold up name look-ups."""
    return ThreadPoolExecutor(2, thread_name_prefix="baton-documents")


def extract(content: bytes, name: str, mimetype: str = "", charset: str = "") -> Document:
    """The document. Slow for large files: call `read` from the event loop. Raises Unreadable."""
    name = one_line(name, 120) or "The file"
    if not content.strip():
        raise Unreadable(f"{name} is empty.")
    if len(content) > MAX_BYTES:
        raise Unreadable(f"{name} is larger than {MAX_BYTES // 1_000_000} MB; give a smaller one or a part of it.")
    expected = _expected(name, mimetype)
    try:
        found = _document(_kind(content, name, expected), content, name, charset)
    except Unreadable:
        raise
    except Exception as error:  # the rim of foreign parsers, which raise anything on a broken file
        log.info("a parser gave up on a file (%s): %s", expected or "of no known kind", type(error).__name__)
        raise Unreadable(f"{name} is broken and cannot be read; save it anew.") from error
    if not found.text:
        raise Unreadable(f"{name} holds no words that can be read.")
    if len(found.text) > MAX_CHARACTERS:
        raise Unreadable(f"{name} holds more than {MAX_CHARACTERS:,} characters; give a part of it.")
    return found


def _document(kind: str, content: bytes, name: str, charset: str) -> Document:
    match kind:
        case "html":
            if len(content) > MAX_HTML:
                raise Unreadable(f"{name} is a page larger than {MAX_HTML // 1_000_000} MB; give a part of it.")
            page = pages.extract(decoded(content, name, charset or pages.declared_charset(content)), name)
            return Document(canonical(page.text), kind, one_line(page.title), page.published)
        case "pdf":
            return Document(canonical(office.pdf(content, name, MAX_CHARACTERS)), kind)
        case "docx":
            return Document(canonical(office.docx(content, name, MAX_CHARACTERS)), kind)
        case "xlsx":
            return Document(canonical(office.xlsx(content, name, MAX_CHARACTERS)), kind)
        case _:
            return Document(canonical(decoded(content, name, charset)), kind)


def _expected(name: str, mimetype: str) -> str:
    """What the name says it is, else what the mimetype says, else empty."""
    mimetype = mimetype.partition(";")[0].strip().lower()
    plain = "text" if mimetype.startswith("text/") else ""
    return KINDS.get(PurePath(name).suffix.lower(), "") or MIMETYPES.get(mimetype, plain)


def _kind(content: bytes, name: str, expected: str) -> str:
    """What the bytes are. Raises Unreadable when that is nothing readable, or not what was expected."""
    found = _sniffed(content, name, expected)
    if found == expected or not expected or {found, expected} == {"text", "html"}:
        return "text" if expected == "text" else found
    raise Unreadable(f"{name} is {WORDS[found]}, not {WORDS[expected]} as it says; give the right file.")


def _sniffed(content: bytes, name: str, expected: str) -> str:
    if b"%PDF-" in content[:1024]:
        return "pdf"
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return office.zipped(content, name)
    foreign = next((what for start, what in FOREIGN if content.startswith(start)), None)
    if foreign is None and content[4:8] == b"ftyp":
        foreign = "a video or picture"
    if foreign is None and b"\0" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        foreign = "binary data"
    if foreign:
        but = f", not {WORDS[expected]}" if expected else ""
        raise Unreadable(f"{name} is {foreign}{but}; only text, Markdown, CSV, HTML, PDF, DOCX and XLSX can be read.")
    return "html" if HTML_START.match(PROLOG.sub(b"", content[:4096])) else "text"


def decoded(content: bytes, name: str, charset: str = "") -> str:
    """The text of the bytes: UTF-8, UTF-16 with its mark, the declared charset, or Western if it looks so."""
    marked = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ""
    declared = "cp1252" if LATIN.fullmatch(charset) else charset if CHARSETS.fullmatch(charset) else ""
    for encoding in filter(None, (marked, "utf-8-sig", declared)):
        try:
            return content.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    if (text := _western(content)) is not None:
        return text
    raise Unreadable(f"{name} is in an unknown text encoding; save it as UTF-8.")


def _western(content: bytes) -> str | None:
    """Text as Windows writes it in Western Europe, or None. Few accents and no odd signs, or it is another encoding."""
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        return None
    letters = [character for character in text if character.isalpha()]
    accented = sum(not character.isascii() for character in letters)
    odd = [c for c in text if not (c.isascii() or c.isalpha() or c in "€£§°«»‘’“”„‚–—…•´¨²³½¼·×®©™\u00a0¿¡ºª")]
    return text if accented <= len(letters) / 3 and not odd else None
