"""Mends work that was sent back: exactly what a check or a point names, and nothing else."""

import re
import unicodedata

from agents.contracts import HandOver, ItemDraft
from bot.local.rehearsal import language
from bot.local.rehearsal.asks import Ask
from bot.local.rehearsal.findings import Finding, Pool
from bot.local.rehearsal.roles import writer
from bot.local.rehearsal.roles.notice import NOTICE

_CLAIM = re.compile(r"\b(t\d+\.c\d+)\b")
_STANDS_NOT = re.compile(
    r"does not stand|blocked|dead citation|not in (?:the )?(?:snapshot|quote|source)|not found|quote", re.I
)
_RESTS_ON = re.compile(r"\brests on\b.*\b(?:unknown|something else)\b", re.I | re.S)


def mended(previous: HandOver, ask: Ask, pool: Pool) -> HandOver:
    """The previous work with every point met that rules can meet."""
    work = _without_fallen_claims(previous, ask)
    if work.items is not None:
        work = work.model_copy(update={"items": _items(work.items, ask)})
    if work.text is not None:
        work = work.model_copy(update={"text": _text(work.text, ask, pool)})
    points = language.counted(len(ask.brief.points), "point")
    note = f"{NOTICE} Mended after {points}."
    return work.model_copy(update={"note": note})


def _without_fallen_claims(work: HandOver, ask: Ask) -> HandOver:
    """Claims that a point calls untenable go, with the sentences that carry their marks; the others move up."""
    said = [point for point in ask.brief.points if _STANDS_NOT.search(point) or _RESTS_ON.search(point)]
    fallen = {id for point in said for id in _CLAIM.findall(point) if id.startswith(f"{ask.brief.task}.")}
    if not fallen:
        return work
    ids = [f"{ask.brief.task}.c{number}" for number in range(1, len(work.claims) + 1)]
    kept = [id for id in ids if id not in fallen]
    renamed = {old: f"{ask.brief.task}.c{number}" for number, old in enumerate(kept, 1)}
    clean = [claim for id, claim in zip(ids, work.claims, strict=True) if id not in fallen]
    clean = [
        c.model_copy(update={"derived_from": [renamed.get(d, d) for d in c.derived_from if d not in fallen]})
        for c in clean
    ]
    change: dict[str, object] = {"claims": clean}
    if work.text is not None:
        change["text"] = _renumbered(_dropped(work.text, fallen), renamed) or "Nothing that stands is left."
    if work.items is not None:
        kept_items = [i.model_copy(update={"text": _renumbered(_dropped(i.text, fallen), renamed)}) for i in work.items]
        change["items"] = [item for item in kept_items if item.text.strip()] or work.items
    if work.rows is not None:
        change["rows"] = [
            [_renumbered(_dropped(cell, fallen), renamed) or "unknown" for cell in row] for row in work.rows
        ]
    leaning = {id for point in said if _RESTS_ON.search(point) for id in _CLAIM.findall(point)}
    gone = [
        f"Unknown, because what it rested on is contested: {claim.text}"
        if id in leaning
        else f"Given up, because its evidence did not hold: {claim.text}"
        for id, claim in zip(ids, work.claims, strict=True)
        if id in fallen
    ]
    unknown = [f"- {line.rstrip('.')}." for line in gone if line.startswith("Unknown")]
    if work.text is not None and unknown and re.search(r"^## Gaps\n(?:(?!^## ).*\n?)*\Z", str(change["text"]), re.M):
        change["text"] = "\n".join([str(change["text"]), *map(language.without_digits, unknown)])
    return work.model_copy(update={**change, "open_points": [*work.open_points, *gone]})


def _dropped(text: str, fallen: set[str]) -> str:
    """The text without lines (in a list) and sentences (elsewhere) that carry a fallen mark."""
    lines: list[str] = []
    for line in text.split("\n"):
        if not any(f"[{id}]" in line for id in fallen):
            lines.append(line)
        elif line.lstrip().startswith("|"):
            cells = [
                "unknown" if any(f"[{id}]" in cell for id in fallen) else cell.strip()
                for cell in line.strip().strip("|").split("|")
            ]
            lines.append(f"| {' | '.join(cells)} |")
        elif not re.match(r"\s*[-*]\s", line):
            kept = [part for part in _sentences(line) if not any(f"[{id}]" in part for id in fallen)]
            lines += [" ".join(kept)] if kept else []
    return "\n".join(lines).strip()


def _sentences(line: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?])\s+", line) if part]


def _renumbered(text: str, renamed: dict[str, str]) -> str:
    return re.sub(r"\[(t\d+\.c\d+)\]", lambda mark: f"[{renamed.get(mark[1], mark[1])}]", text)


def _items(items: list[ItemDraft], ask: Ask) -> list[ItemDraft]:
    mended: list[ItemDraft] = []
    for number, item in enumerate(items, 1):
        taken = {other.text for other in (*items, *mended)}
        mended.append(_item(number, item, ask, taken))
    return mended


def _item(number: int, item: ItemDraft, ask: Ask, taken: set[str]) -> ItemDraft:
    """An item that a point names, or that is over the limit, made to fit; any other stays as it is."""
    limit = ask.limit("max_chars")
    words = ask.limit("max_words")
    if words and _word_count(item.text) > words:
        item = item.model_copy(update={"text": _fewer_words(item.text, words)})
    if limit and _seen(item.text) > limit and len(_sentences(item.text)) == 1 and "[t" not in item.text:
        return item.model_copy(update={"text": writer.shorter(ask, limit, taken) or shortened(item.text, limit)})
    if limit and _seen(item.text) > limit:
        return item.model_copy(update={"text": shortened(item.text, limit)})
    if limit and _named(number, item, ask) and re.search(r"long|character|short", " ".join(ask.brief.points), re.I):
        return item.model_copy(update={"text": shortened(item.text, min(limit, _seen(item.text) - 1))})
    return item


def _word_count(text: str) -> int:
    """Words as the acceptance checks count them."""
    return len(re.findall(r"\w+(?:['’.,-]\w+)*", language.unmarked(text)))


def _fewer_words(text: str, most: int) -> str:
    """Whole sentences taken out until the words fit; a single one is cut before its mark."""
    limit = _seen(text)
    while _word_count(text) > most and limit > 8:
        limit = min(limit, _seen(text)) - 4
        text = shortened(text, limit)
    return text


def _named(number: int, item: ItemDraft, ask: Ask) -> bool:
    """Whether a point speaks of this item by label, or by a number when labels are empty."""
    own = rf"\b(?:item|post|number|no\.?)\s*(?:{number}|{language.spell(number)})\b"
    return any(
        (item.label and item.label in point) or re.search(own, point, re.IGNORECASE) for point in ask.brief.points
    )


def shortened(text: str, limit: int) -> str:
    """Whole sentences taken out until it fits: facts but the first, then asides from the end, then the opening."""
    if _seen(text) <= limit:
        return text
    tags = re.findall(r"(?<!\S)#\w+", text)
    parts = _sentences(re.sub(r"\s*(?<!\S)#\w+", "", text))
    facts = [part for part in parts if "[t" in part]
    asides = [part for part in parts if "[t" not in part]
    for part in [*reversed(facts[1:]), *reversed(asides[1:]), *asides[:1]]:
        if _seen(_joined(parts, tags)) <= limit or len(parts) == 1:
            break
        parts.remove(part)
    if _seen(_joined(parts, tags)) > limit:
        tags = []
    fitted = _joined(parts, tags)
    return fitted if _seen(fitted) <= limit else _cut_fact(fitted, limit)


def _joined(parts: list[str], tags: list[str]) -> str:
    return " ".join([*parts, *tags])


def _cut_fact(text: str, limit: int) -> str:
    """One sentence that is itself too long: cut before its mark, so that the mark stays."""
    mark = re.search(r"\s*\[t\d+\.c\d+\]", text)
    said = language.cut(language.unmarked(text), limit)
    return f"{said} {mark[0].strip()}" if mark else said


def _seen(text: str) -> int:
    """Characters as the reader sees them: without marks."""
    return len(unicodedata.normalize("NFC", language.unmarked(text)).strip())


def _text(text: str, ask: Ask, pool: Pool) -> str:
    """Named things are brought in, missing sections added, empty ones filled, loose figures marked, length kept."""
    text = _with_mentions(text, ask, pool)
    text = _with_sections(text, ask)
    text = _filled(text)
    text = "\n".join(_marked_line(line, ask, pool) for line in text.split("\n"))
    text = _doubts_said(text, pool)
    text = _told_doubts_said(text, ask.brief.points)
    text = _within_words(text, ask.limit("max_words"))
    limit = ask.limit("max_chars")
    return shortened(text, limit) if limit else text


def _with_mentions(text: str, ask: Ask, pool: Pool) -> str:
    quoted = re.findall(
        r"[“\"]([^”\"]{2,60})[”\"]", " ".join(p for p in ask.brief.points if re.search(r"mention|name|speak", p, re.I))
    )
    missing = [name for name in dict.fromkeys([*ask.names_of("mentions"), *quoted]) if name.lower() not in text.lower()]
    lines = [_line_on(name, pool) for name in missing]
    return "\n\n".join([text, "\n".join(lines)]) if lines else text


def _line_on(name: str, pool: Pool) -> str:
    found = next((one for one in pool.findings if name.lower() in one.text.lower()), None)
    return f"- {found.marked()}" if found else f"- {language.without_digits(name) or name}: unknown; nothing was found."


def _with_sections(text: str, ask: Ask) -> str:
    present = {heading.lower() for heading in language.headings(text)}
    missing = [name for name in ask.names_of("sections") if not any(name.lower() in heading for heading in present)]
    return "\n\n".join([text, *(f"## {name}\n\nUnknown: nothing was found for this part." for name in missing)])


def _filled(text: str) -> str:
    """A heading right before one of the same or a higher rank, or at the end, gets a sentence."""
    return re.sub(
        r"^(#{2,6}\s+[^\n]+)\n*(?=\n#{1,2}\s|\Z)",
        r"\1\n\nUnknown: nothing was found for this part.\n",
        text,
        flags=re.MULTILINE,
    )


def _marked_line(line: str, ask: Ask, pool: Pool) -> str:
    """A sentence with a figure and without a mark gets the mark of the finding that holds the figure, or goes."""
    if "figures_marked" not in {one.kind for one in ask.brief.checks} or line.lstrip().startswith(("|", "#")):
        return line
    kept = []
    for sentence in _sentences(line):
        if language.has_figure(sentence) and "[t" not in sentence:
            found = _holding(sentence, pool)
            if not found:
                continue
            sentence = f"{sentence.rstrip(' .')} {found.mark}."
        kept.append(sentence)
    return " ".join(kept) if kept or not line.strip() else ""


def _holding(sentence: str, pool: Pool) -> Finding | None:
    wanted = {figure.written for figure in language.figures(sentence)}
    fitting = (one for one in pool.sound() if wanted <= {figure.written for figure in language.figures(one.text)})
    return next(fitting, None) if wanted else None


def _doubts_said(text: str, pool: Pool) -> str:
    """After the mark of a doubted claim stands its doubt."""
    for one in pool.findings:
        if one.doubted:
            text = re.sub(
                re.escape(one.mark) + r"(?!\s*(?:\(|is |: ?)(?:contested|unverified))",
                f"{one.mark} ({one.status})",
                text,
            )
    return text


def _told_doubts_said(text: str, points: list[str]) -> str:
    """The same for claims that a point calls contested: one's own, whose standing no material tells."""
    told = {id for point in points for id in re.findall(r"\b(t\d+\.c\d+) is contested", point)}
    for id in sorted(told):
        text = re.sub(rf"\[{re.escape(id)}\](?!\s*(?:\(|is |: ?)(?:contested|unverified))", f"[{id}] (contested)", text)
    return text


def _within_words(text: str, limit: int | None) -> str:
    """Lines from the end go until the words fit; headings left without a line go with them."""
    if not limit:
        return text
    lines = text.split("\n")
    while _word_count("\n".join(lines)) > limit and len(lines) > 1:
        last = max(place for place, line in enumerate(lines) if line.strip())
        lines = lines[:last]
        while lines and (not lines[-1].strip() or lines[-1].startswith("#")):
            lines.pop()
    return "\n".join(lines) or language.cut(language.unmarked(text), limit * 5)
