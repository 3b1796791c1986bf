"""The sample library: fictional, readable, rich in figures, with a disagreement, a stale source and a hostile page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import bot.local.library
from bot.local.rehearsal import language, subjects
from bot.local.rehearsal.findings import to_machines
from bot.local.rehearsal.reading import Page

FOLDER = Path(bot.local.library.__file__).parent


def page(path: Path) -> Page:
    _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
    fields = {name: value.strip('"') for name, value in (line.split(": ", 1) for line in head.strip().splitlines())}
    return Page(path.stem, fields["title"], fields["url"], fields["published"], body.strip())


PATHS = sorted(FOLDER.glob("*.md"))
PAGES = [page(path) for path in PATHS]


def test_there_are_enough_documents() -> None:
    assert 14 <= len(PATHS) <= 20


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_each_document_says_what_it_is(path: Path) -> None:
    one = page(path)
    assert one.title
    assert re.fullmatch(r"https://[a-z.-]+\.example/\S+", one.source)
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", one.published)
    assert one.text.startswith("# ")
    assert 200 <= len(one.text.split()) <= 600
    assert sum(language.has_figure(sentence) for sentence in language.sentences(one.text)) >= 3


def test_addresses_and_titles_are_used_once() -> None:
    assert len({one.source for one in PAGES}) == len({one.title for one in PAGES}) == len(PAGES)


def test_all_dates_are_recent_but_one_stale_source() -> None:
    assert sum(one.published < "2025" for one in PAGES) == 1


def test_the_leading_three_can_be_derived_and_there_are_more() -> None:
    cast, ranking = subjects.leading(PAGES)
    assert ranking.by == "Market share"
    assert len(cast.names) >= 4
    assert ranking.page
    assert ranking.page.published > "2025"


def test_sources_disagree_about_at_least_two_figures() -> None:
    cast, _ = subjects.leading(PAGES)
    told = [
        (one, reading)
        for one in PAGES
        for sentence in language.sentences(one.text)
        for reading in subjects.readings(sentence, cast, cast.subject_of(one.title))
    ]
    clashes = {
        (mine.subject, mine.aspect)
        for place, (one, mine) in enumerate(told)
        for other, theirs in told[place + 1 :]
        if one is not other and subjects.same_matter(mine, theirs) and subjects.differ(mine.figure, theirs.figure)
    }
    assert len(clashes) >= 2


def test_one_page_speaks_to_machines() -> None:
    assert [one.snapshot for one in PAGES if to_machines(one)] == ["compost-blog-home-test"]
