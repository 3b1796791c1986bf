"""Files as text: what the bytes really are decides, and whatever cannot be read is told in one sentence."""

from __future__ import annotations

import contextlib
import io
import time
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import docx
import openpyxl
import pypdf
import pytest

from agents.ports import Unreadable
from agents.tools import documents, office
from agents.tools.documents import extract, read


def pdf(*pages: str) -> bytes:
    """A PDF written by hand: one line of Helvetica on each page; an empty text leaves the page blank."""
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for at, text in enumerate(pages):
        stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET" if text else ""
        resources = "/Resources << /Font << /F1 3 0 R >> >> /MediaBox [0 0 612 792]"
        objects.append(f"<< /Type /Page /Parent 2 0 R {resources} /Contents {5 + 2 * at} 0 R >>")
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    out, places = b"%PDF-1.4\n", list[int]()
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = (
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\n"
    )
    return out + f"{end}startxref\n{len(out)}\n%%EOF\n".encode()


def locked_pdf() -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf("secret")))
    writer.encrypt("a password", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def word() -> bytes:
    made = docx.Document()
    made.add_heading("Pods in 2026", level=1)
    made.add_paragraph("Five million pods were sold.")
    table = made.add_table(rows=2, cols=2)
    for row, texts in zip(table.rows, (("Maker", "Share"), ("Acme | Co", "42%")), strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    made.add_paragraph("After the table.")
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def workbook(rows: Sequence[Sequence[Any]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Sales"
    for row in rows:
        sheet.append(row)
    book.create_sheet("Notes")["B3"] = "only a note"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def archive(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name.replace("__", "/").replace("_", "."), content)
    return out.getvalue()


def test_a_pdf_is_read_page_by_page() -> None:
    found = extract(pdf("Five million pods were sold.", "The second page."), "report.pdf", "application/pdf")
    assert found.kind == "pdf"
    assert found.text == "[page 1]\n\nFive million pods were sold.\n\n[page 2]\n\nThe second page."


def test_a_word_document_is_read_with_its_tables_in_place() -> None:
    assert extract(word(), "pods.docx").text.split("\n") == [
        "# Pods in 2026",
        "",
        "Five million pods were sold.",
        "",
        "| Maker | Share |",
        "| --- | --- |",
        "| Acme \\| Co | 42% |",
        "",
        "After the table.",
    ]


def test_a_workbook_is_read_as_its_values() -> None:
    rows = [
        ["Day", "Pods", "Share", "Done"],
        [date(2026, 3, 1), 1200, 0.425, True],
        [None, None, None, None],
        [datetime(2026, 3, 2, 9, 30), 7.0, None, "a | b"],
    ]
    assert extract(workbook(rows), "sales.xlsx").text.split("\n") == [
        "## Sheet: Sales",
        "",
        "| Day | Pods | Share | Done |",
        "| 2026-03-01 | 1200 | 0.425 | TRUE |",
        "| 2026-03-02T09:30:00 | 7 |  | a \\| b |",
        "",
        "## Sheet: Notes",
        "",
        "|  | only a note |",
    ]


def test_a_formula_without_a_stored_value_is_shown_as_written() -> None:
    assert "| 1 | =A1+1 |" in extract(workbook([[1, "=A1+1"]]), "sums.xlsx").text


def test_a_page_is_read_without_its_navigation_and_with_its_stated_date() -> None:
    html = b"""<!-- saved --><!DOCTYPE html><html><head><title>Green pods grow</title>
    <meta property="article:published_time" content="2026-03-01T10:00:00Z"></head><body>
    <nav><a href="/">Home</a> <a href="/about">About us</a></nav><article><h1>Green pods grow</h1>
    <p>Acme <a href="https://acme.example">sold</a> five million pods in 2025, the firm said in its report.</p>
    <table><tr><th>Maker</th><th>Share</th></tr><tr><td>Acme</td><td>42%</td></tr></table></article></body></html>"""
    found = extract(html, "green.html")
    assert (found.title, found.published, found.kind) == ("Green pods grow", "2026-03-01", "html")
    assert "Acme sold five million pods in 2025" in found.text
    assert "| Acme | 42% |" in found.text
    assert "About us" not in found.text


@pytest.mark.parametrize(
    ("head", "published"),
    [
        ('<script type="application/ld+json">{"@graph":[{"datePublished":"2025-12-24T08:00"}]}</script>', "2025-12-24"),
        ('<meta name="date" content="2026-02">', None),  # a month is not a day, and none is made up
        ('<meta name="date" content="2026-02-30">', None),
        ('<script type="application/ld+json">{"datePublished":</script>', None),
        ('<meta name="modified" content="2026-02-01">', None),
    ],
)
def test_a_date_is_taken_only_where_the_page_states_one(head: str, published: str | None) -> None:
    page = f"<html><head>{head}</head><body><p>Copyright 2019. Updated 3 May 2020. Words.</p></body></html>"
    assert extract(page.encode(), "x.html").published == published


def test_a_page_in_an_old_charset_is_read_by_what_it_declares() -> None:
    page = '<html><head><meta charset="iso-8859-1"></head><body><p>“Größe” in München</p></body></html>'
    assert "“Größe” in München" in extract(page.encode("cp1252"), "x.html").text


def test_markup_under_a_text_name_stays_as_it_is() -> None:
    assert extract(b"<html><body><p>Hi</p></body></html>", "x.txt").text == "<html><body><p>Hi</p></body></html>"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"a\r\nb  \r\n\r\n\r\n\r\nc\n", "a\nb\n\nc"),
        ("\ufeffnaïve".encode(), "naïve"),
        ("naïve, 5 €".encode("utf-16"), "naïve, 5 €"),
        ("Der Kaffee kostet in Köln 5 € – “süß”".encode("cp1252"), "Der Kaffee kostet in Köln 5 € – “süß”"),
        ("zero\u200bwidth \U000e0041hidden\u202e turned".encode(), "zerowidth hidden turned"),
        ("👩\u200d💻 می\u200cخواهم".encode(), "👩\u200d💻 می\u200cخواهم"),
    ],
)
def test_text_is_read_in_its_encoding_and_nothing_hidden_is_left(content: bytes, text: str) -> None:
    assert extract(content, "x.txt", "text/plain").text == text


def test_csv_is_kept_as_written() -> None:
    assert extract(b'a,b\r\n"1,2",x\r\n', "x.csv", "text/csv").text == 'a,b\n"1,2",x'


def test_a_file_without_an_ending_is_what_its_bytes_are() -> None:
    assert extract(pdf("Words"), "download", "application/octet-stream").kind == "pdf"
    assert extract(b"plain words", "README").kind == "text"


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        (b"", "x.txt", "x.txt is empty"),
        (b" \n\t ", "x.md", "x.md is empty"),
        (b"just words", "x.pdf", "x.pdf is text, not a PDF"),
        (pdf("Words"), "notes.txt", "notes.txt is a PDF, not text"),
        (pdf("Words"), "x.docx", "x.docx is a PDF, not a Word document"),
        (word(), "x.xlsx", "x.xlsx is a Word document, not an Excel workbook"),
        (b"<!DOCTYPE html><html><body>Please sign in</body></html>", "x.docx", "x.docx is an HTML page, not a Word"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "x.pdf", "x.pdf is a PNG image, not a PDF"),
        (b"\xff\xd8\xff\xe0", "photo.jpg", "photo.jpg is a JPEG image; only"),
        (b"MZ\x90\0", "x.csv", "x.csv is a Windows program, not text"),
        (b"\x1f\x8b\x08" + b"\0" * 20, "page", "a gzip archive"),
        (b"\0\0\0\x18ftypmp42" + b"\0" * 9, "film", "a video or picture"),
        (b"abc\0def", "x.txt", "x.txt is binary data"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "x.xlsx", "locked with a password"),
        (archive(readme_txt=b"hi"), "x.docx", "x.docx is a ZIP archive"),
        (archive(ppt__presentation_xml=b"<p/>"), "x.pptx", "x.pptx is a PowerPoint file"),
        (b"PK\x03\x04 no archive", "x.docx", "x.docx is a broken ZIP"),
        (archive(word__document_xml=b"<broken"), "x.docx", "x.docx is broken and cannot be read"),
        (archive(xl__workbook_xml=b"<broken"), "x.xlsx", "x.xlsx is broken and cannot be read"),
        (b"%PDF-1.4\nnothing else", "x.pdf", "x.pdf is broken and cannot be read"),
        (pdf("", ""), "scan.pdf", "scan.pdf has no text, only pictures"),
        (locked_pdf(), "x.pdf", "x.pdf is locked with a password"),
        ("Привет, мир, как дела".encode("koi8-r"), "x.txt", "x.txt is in an unknown text encoding"),
        ("これは日本語の文章です".encode("shift-jis"), "x.txt", "x.txt is in an unknown text encoding"),
        (b"<html><head><title>x</title></head><body></body></html>", "x.html", "no words"),
        (b"x" * (documents.MAX_BYTES + 1), "x.txt", "x.txt is larger than 20 MB"),
        (b"<html>" + b"x" * documents.MAX_HTML, "x.html", "a page larger than 5 MB"),
        (b"words " * 400_000, "x.txt", "more than 2,000,000 characters"),
        (b"ok", "a\nb.pdf", "a b.pdf is text, not a PDF"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_what_cannot_be_read_is_told_in_one_sentence(content: bytes, name: str, why: str) -> None:
    with pytest.raises(Unreadable, match=why) as refused:
        extract(content, name)
    assert "\n" not in str(refused.value)
    assert str(refused.value).endswith(".")


def test_an_archive_that_swells_is_not_unpacked() -> None:
    bomb = archive(word__document_xml=b"<w>" + b" " * 80_000_000)
    assert len(bomb) < 200_000
    with pytest.raises(Unreadable, match="unpacks to more than can be read"):
        extract(bomb, "x.docx")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_an_office_file_with_entities_is_not_opened(encoding: str) -> None:
    swelling = '<?xml version="1.0"?><!doctype d [<!ENTITY a "ha"><!ENTITY b SYSTEM "file:///etc/passwd">]><d>&b;</d>'
    with pytest.raises(Unreadable, match="Word and Excel never write"):
        extract(archive(word__document_xml=swelling.encode(encoding)), "x.docx")


def test_a_sheet_that_claims_to_be_huge_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "MAX_CELLS", 100)
    with pytest.raises(Unreadable, match="more than 100 cells"):
        extract(workbook([["x"] * 10] * 11), "x.xlsx")


def test_a_pdf_of_too_many_pages_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "MAX_PAGES", 2)
    with pytest.raises(Unreadable, match="has 3 pages, more than 2"):
        extract(pdf("a", "b", "c"), "x.pdf")


def test_a_file_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "SECONDS", -1.0)
    for content, name in ((pdf("a"), "x.pdf"), (word(), "x.docx"), (workbook([[1]]), "x.xlsx")):
        with pytest.raises(Unreadable, match="took longer"):
            extract(content, name)


@pytest.mark.parametrize(
    "page",
    [
        b"<div>" * 100_000 + b"deep",
        b"<html>" + b"<!---->" * 600 + b"<p>words",
        b"<" * 100_000,
        b"<html><table>" + b"<tr><td>x" * 20_000,
        b"<html><p>" + b"&amp;" * 100_000,
        b"<html><body>" + b"<a href='x'>y" * 20_000,
    ],
)
def test_a_page_made_to_exhaust_a_parser_ends_soon(page: bytes) -> None:
    began = time.monotonic()
    with contextlib.suppress(Unreadable):
        extract(page, "x.html", "text/html")
    assert time.monotonic() - began < 20


def test_no_change_of_a_byte_makes_a_parser_escape() -> None:
    """Every 97th byte of three files flipped: text or one sentence, never another error."""
    for content, name in ((pdf("Words on a page."), "x.pdf"), (word(), "x.docx"), (workbook([["a", 1]]), "x.xlsx")):
        for at in range(0, len(content), max(97, len(content) // 60)):
            broken = content[:at] + bytes([content[at] ^ 0x5A]) + content[at + 1 :]
            with contextlib.suppress(Unreadable):
                assert extract(broken, name).text


async def test_reading_happens_beside_the_event_loop() -> None:
    assert (await read(b"words", "x.txt")).text == "words"
    with pytest.raises(Unreadable, match="is empty"):
        await read(b"", "x.txt")
