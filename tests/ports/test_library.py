"""The library: what is in its folders is found by words, read whole, and indexed once."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from pathlib import Path

import pytest

from agents.tools.faults import LibraryFault
from agents.tools.library import Library, Refreshed
from tests.fakes import adversarial

PODS = """---
title: "The market for coffee pods"
published: 2026-03-01
url: https://press.example/pods
author: nobody we know of
---
# Coffee pods

Verda sold five million compostable pods in 2025.

## Prices

A pod costs 0.42 euro on average.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "sources"
    (made / "reports").mkdir(parents=True)
    (made / "pods.md").write_text(PODS)
    (made / "reports" / "tea_and-other drinks.txt").write_text("Tea is drunk by many. A pod is rarely used for tea.")
    (made / "visit.html").write_text(
        "<html><head><title>A visit to Verda</title><meta name='date' content='2025-11-02'></head>"
        "<body><p>The factory of Verda stands in Lyon and employs 120 people.</p></body></html>"
    )
    (made / "figures.csv").write_text("maker,share\nVerda,42%\nNordbrew,17%\n")
    return made


async def opened(folder: Path, tmp_path: Path) -> Library:
    return await Library.open([folder], tmp_path / "cache" / "library.sqlite3")


async def test_passages_are_found_with_their_title_source_and_date(folder: Path, tmp_path: Path) -> None:
    library = await opened(folder, tmp_path)
    first = (await library.search("How many compostable pods did Verda sell?"))[0]
    assert (first.title, first.published) == ("The market for coffee pods", "2026-03-01")
    assert first.source == "https://press.example/pods"
    assert "Verda sold five million compostable pods in 2025." in first.excerpt


async def test_a_word_in_the_title_counts_more_than_one_in_the_text(folder: Path, tmp_path: Path) -> None:
    (folder / "a.txt").write_text("title: Recycling\n\nAbout other things, at some length and with many words.")
    (folder / "b.txt").write_text("title: Bins\n\nRecycling, about other things, at some length and with many words.")
    hits = await (await opened(folder, tmp_path)).search("recycling")
    assert [hit.source for hit in hits] == ["a.txt", "b.txt"]


async def test_other_forms_of_a_word_and_other_accents_are_found(folder: Path, tmp_path: Path) -> None:
    (folder / "cafe.txt").write_text("The Café sells roasted beans.")
    library = await opened(folder, tmp_path)
    assert (await library.search("roasting"))[0].source == "cafe.txt"
    assert (await library.search("CAFE"))[0].source == "cafe.txt"


async def test_a_script_without_spaces_is_found_too(folder: Path, tmp_path: Path) -> None:
    (folder / "ja.txt").write_text("環境にやさしいコーヒーカプセルの市場")
    assert (await (await opened(folder, tmp_path)).search("コーヒー"))[0].source == "ja.txt"


async def test_one_long_document_does_not_crowd_out_the_others(folder: Path, tmp_path: Path) -> None:
    (folder / "long.txt").write_text(
        "\n\n".join(f"Chapter {n}. The kettle boils. " + "Words. " * 120 for n in range(40))
    )
    (folder / "short.txt").write_text("A kettle, among other things.")
    hits = await (await opened(folder, tmp_path)).search("kettle", 5)
    assert [hit.source for hit in hits].count("long.txt") == 2
    assert "short.txt" in [hit.source for hit in hits]


async def test_a_document_is_read_whole_by_source_name_or_title(folder: Path, tmp_path: Path) -> None:
    library = await opened(folder, tmp_path)
    for source in ("https://press.example/pods", "pods.md", "the market for COFFEE pods"):
        found = await library.get(source)
        assert found is not None
        assert found.text.startswith("# Coffee pods\n\nVerda sold")
        assert "A pod costs 0.42 euro on average." in found.text
        assert "author:" not in found.text
    assert await library.get("nothing of that name") is None


async def test_titles_come_from_front_matter_heading_page_or_file_name(folder: Path, tmp_path: Path) -> None:
    (folder / "zz.md").write_text("# A heading\n\nWords.")
    library = await opened(folder, tmp_path)
    assert list(await library.titles()) == [
        "figures",
        "The market for coffee pods",
        "tea and other drinks",
        "A visit to Verda",
        "A heading",
    ]
    visit = await library.get("visit.html")
    assert visit is not None
    assert visit.published == "2025-11-02"


@pytest.mark.parametrize(
    ("top", "published", "text"),
    [
        ("published: 12 March 2026\n\nWords.", "2026-03-12", "Words."),
        ("date: 2026-03-12T10:00\n\nWords.", "2026-03-12", "Words."),
        ("published: 03/04/2026\n\nWords.", None, "Words."),  # could be two days
        ("published: soon\ntitle: T\nWords: more", None, "Words: more"),
        ("Note: this is text.\npublished: 2026-01-01", None, "Note: this is text.\npublished: 2026-01-01"),
        ("---\nA rule, not a heading.\n---\nWords.", None, "---\nA rule, not a heading.\n---\nWords."),
    ],
)
async def test_lines_at_the_top_are_read_as_what_they_say(
    top: str, published: str | None, text: str, folder: Path, tmp_path: Path
) -> None:
    (folder / "top.txt").write_text(top)
    found = await (await opened(folder, tmp_path)).get("top.txt")
    assert found is not None
    assert (found.published, found.text) == (published, text)


async def test_two_documents_of_one_url_keep_a_source_each(folder: Path, tmp_path: Path) -> None:
    (folder / "reports" / "copy.md").write_text(PODS.replace("five million", "six million"))
    library = await opened(folder, tmp_path)
    sources = list(await library.sources())
    assert len(set(sources)) == len(sources)
    copy = await library.get("reports/copy.md")
    assert copy is not None
    assert "six million" in copy.text


async def test_an_unchanged_library_is_not_read_again(folder: Path, tmp_path: Path) -> None:
    assert (await opened(folder, tmp_path)).refreshed == Refreshed(read=4, removed=0, unchanged=0)
    assert (await opened(folder, tmp_path)).refreshed == Refreshed(read=0, removed=0, unchanged=4)
    os.utime(folder / "pods.md", ns=(1, 1))  # touched, yet the same
    assert (await opened(folder, tmp_path)).refreshed == Refreshed(read=0, removed=0, unchanged=4)


async def test_what_changed_and_what_is_gone_is_noticed(folder: Path, tmp_path: Path) -> None:
    await opened(folder, tmp_path)
    (folder / "pods.md").write_text(PODS.replace("five million", "seven million"))
    (folder / "figures.csv").unlink()
    library = await opened(folder, tmp_path)
    assert library.refreshed == Refreshed(read=1, removed=1, unchanged=2)
    assert "seven million" in (await library.search("compostable"))[0].excerpt
    assert await library.get("figures.csv") is None
    assert await library.search("Nordbrew") == []


async def test_a_file_that_cannot_be_read_is_named_and_the_others_are_used(folder: Path, tmp_path: Path) -> None:
    (folder / "scan.pdf").write_bytes(b"not a pdf at all")
    (folder / "empty.md").write_text("")
    library = await opened(folder, tmp_path)
    assert list(await library.faults()) == [
        "empty.md is empty.",
        "scan.pdf is text, not a PDF as it says; give the right file.",
    ]
    assert len(await library.titles()) == 4
    assert (await opened(folder, tmp_path)).refreshed.unchanged == 6


async def test_hidden_files_and_links_that_lead_outside_are_left_out(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "secret.txt"
    outside.write_text("The password is swordfish.")
    (folder / "link.txt").symlink_to(outside)
    (folder / ".hidden.txt").write_text("swordfish")
    (folder / ".git").mkdir()
    (folder / ".git" / "config.txt").write_text("swordfish")
    (folder / "program.py").write_text("swordfish")
    library = await opened(folder, tmp_path)
    assert await library.search("swordfish") == []
    assert len(await library.titles()) == 4


async def test_a_file_of_any_name_can_be_found_and_read(folder: Path, tmp_path: Path) -> None:
    for n, name in enumerate(["two  spaces.txt", "new\nline.txt", "ünï'c\"ode%.txt", "-rf.txt", "a" * 200 + ".txt"]):
        (folder / name).write_text(f"Zebra number {n}.")
    (folder / os.fsdecode(b"not-utf8-\xff.txt")).write_text("Zebra number 5.")
    library = await opened(folder, tmp_path)
    found = [await library.get(hit.source) for hit in await library.search("zebra", 10)]
    assert sorted(document.text for document in found if document) == [f"Zebra number {n}." for n in range(6)]


async def test_two_folders_make_one_library(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "pods.md").write_text("# Other pods\n\nPods of tea.")
    library = await Library.open([folder, other], tmp_path / "library.sqlite3")
    assert "other/pods.md" in await library.sources()
    left = await Library.open([other], tmp_path / "library.sqlite3")
    assert list(await left.sources()) == ["pods.md"]


def _queries() -> list[str]:
    naughty = [str(row["text"]) for row in adversarial.rows("naughty_strings")]
    own = [
        '"',
        "AND OR NOT",
        "title:pods*",
        "NEAR(pods tea)",
        "pods^2",
        "-pods",
        "☕🫘",
        "a'b;--",
        "(",
        "{title}:x",
        "\ud800",
        "\0",
    ]
    return [*naughty, *own, "pods " * 5000, "%", "_", "x" * 100_000]


async def test_no_query_is_ever_syntax(folder: Path, tmp_path: Path) -> None:
    library = await opened(folder, tmp_path)
    for query in _queries():
        assert isinstance(await library.search(query), list)
    assert await library.search("☕") == []
    assert await library.search("") == []
    assert await library.get("' OR 1=1 --") is None
    assert (await library.search('"pods" NOT market'))[0].title == "The market for coffee pods"


async def test_many_may_search_at_once_while_another_process_refreshes(folder: Path, tmp_path: Path) -> None:
    library = await opened(folder, tmp_path)
    (folder / "new.txt").write_text("A new text about pods.")
    found = await asyncio.gather(*(library.search("pods") for _ in range(30)), opened(folder, tmp_path))
    assert all(found[:-1])


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda path: None, "does not exist; create it or correct the setting"),
        (lambda path: path.write_text("a file"), "is not a folder"),
    ],
)
async def test_a_folder_that_cannot_be_read_is_told_in_one_sentence(make: object, why: str, tmp_path: Path) -> None:
    make(tmp_path / "gone")  # type: ignore[operator]
    with pytest.raises(LibraryFault, match=why) as told:
        await Library.open([tmp_path / "gone"], tmp_path / "library.sqlite3")
    assert str(tmp_path / "gone") in str(told.value)
    assert not (tmp_path / "library.sqlite3").exists()


async def test_a_folder_without_permission_is_told(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(path: object) -> object:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", denied)
    with pytest.raises(LibraryFault, match=r"cannot be read \(Permission denied\)"):
        await opened(folder, tmp_path)


async def test_another_database_is_never_overwritten(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "library.sqlite3"
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE missions (id)")
    db.close()
    before = path.read_bytes()
    with pytest.raises(LibraryFault, match="is not an index of a library"):
        await Library.open([folder], path)
    path2 = tmp_path / "notes.txt"
    path2.write_text("my notes, which are no database at all" * 200)
    with pytest.raises(LibraryFault, match="cannot be used"):
        await Library.open([folder], path2)
    assert path.read_bytes() == before
    assert path2.read_text().startswith("my notes")


async def test_an_index_of_an_older_make_is_built_anew(folder: Path, tmp_path: Path) -> None:
    await opened(folder, tmp_path)
    db = sqlite3.connect(tmp_path / "cache" / "library.sqlite3")
    db.execute("PRAGMA user_version = 0")
    db.close()
    library = await opened(folder, tmp_path)
    assert library.refreshed.read == 4
    assert await library.search("pods")


async def test_an_index_that_another_process_is_just_opening_is_waited_for(folder: Path, tmp_path: Path) -> None:
    """SQLite does not wait by itself while a new file is turned to another kind of journal."""
    path = tmp_path / "cache" / "library.sqlite3"
    path.parent.mkdir()
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        opening = asyncio.create_task(opened(folder, tmp_path))
        await asyncio.wait([opening], timeout=0.3)
        other.execute("COMMIT")
    other.close()
    assert len(await (await opening).titles()) == 4
