"""Acceptance checks for a piece of work, out of the kinds that the harness knows."""

import re
from collections.abc import Sequence

from agents.contracts import CheckDraft, Checklist
from bot.local.rehearsal.pieces import Piece

POST_CHARACTERS = 280
DEFAULT_DAYS = 14
DEFAULT_COUNT = 3
MOST_ITEMS = 30  # more cannot be told apart when rules write them
CALENDAR_COLUMNS = ["Date", "Weekday", "Phase", "Theme", "Channel", "Action"]


def known(kinds: Sequence[Checklist], *wanted: CheckDraft | None) -> list[CheckDraft]:
    """Those of the wanted checks whose kind there is."""
    names = {one.kind for one in kinds}
    return [check for check in wanted if check and check.kind in names]


def check(kind: str, number: int | None = None, names: Sequence[str] = ()) -> CheckDraft:
    return CheckDraft(kind=kind, number=number, names=list(names))


def of_research(kinds: Sequence[Checklist], sources: int) -> list[CheckDraft]:
    """Several sources, where the library seems to hold several on the matter."""
    return known(kinds, check("min_sources", min(2, sources)) if sources else None, check("figures_marked"))


def _columns(words: str) -> list[str]:
    """The columns in `a table with columns effect, share and source`."""
    found = re.search(r"\bcolumns?\s+(?:for\s+|named\s+)?:?\s*([^.;:?!\n]+)", words, re.IGNORECASE)
    parts = re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+", found[1]) if found else []
    named = [part.strip(" “”\"'") for part in parts]
    return list(dict.fromkeys(name for name in named if name and len(name.split()) <= 3))[:10]


def of_piece(kinds: Sequence[Checklist], piece: Piece, mentions: Sequence[str], sourced: bool) -> list[CheckDraft]:
    """The numbers in the person's words become checks; work that may state figures must mark them."""
    named = check("mentions", None, mentions) if mentions else None
    marked = check("figures_marked") if sourced else None
    match piece.kind:
        case "calendar":
            days = piece.days or DEFAULT_DAYS
            columns = check("columns", None, CALENDAR_COLUMNS)
            filled, dated = check("no_empty_cells"), check("dates_consistent")
            return known(kinds, check("consecutive_dates", days), columns, filled, dated, marked)
        case "items":
            longest = piece.longest or (POST_CHARACTERS if piece.social else None)
            limit = check("max_chars", longest) if longest else None
            words = check("max_words", piece.longest_words) if piece.longest_words else None
            count = check("count", min(piece.count or DEFAULT_COUNT, MOST_ITEMS))
            tone = check("tone") if piece.social else None
            return known(kinds, count, limit, words, check("distinct_items"), tone, marked)
        case "analysis":
            return known(kinds, check("sections", None, ["Comparison", "Gaps"]), named, marked)
        case "table":
            columns = check("columns", None, asked) if (asked := _columns(piece.words)) else None
            return known(kinds, columns, named, marked)
        case "code":
            return known(kinds, named, check("run_backed"), marked)
        case _:
            words = check("max_words", piece.longest_words) if piece.longest_words else None
            longest = check("max_chars", piece.longest) if piece.longest else None
            return known(kinds, words, longest, named, marked)
