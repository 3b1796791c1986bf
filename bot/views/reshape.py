"""One block that is too large as several that are not, each kind in its own way."""

from collections.abc import Callable
from typing import Any

from bot.views.blockcheck import limits
from bot.views.blockcheck.totals import characters
from bot.views.splitting import split_markdown, split_text

Block = dict[str, Any]


def reshaped(block: Any) -> list[Any]:
    """The block itself when its size is right or its kind is not known here, else the blocks that replace it."""
    kind = block.get("type") if isinstance(block, dict) else None
    reshape = _RESHAPES.get(kind) if isinstance(kind, str) else None
    return reshape(block) if reshape else [block]


def _section(block: Block) -> list[Block]:
    """Long text goes on in further sections; accessory and id stay with the first, fields come after the text."""
    texts = _split_text_object(block.get("text"), limits.SECTION_TEXT)
    fields = block.get("fields")
    many = isinstance(fields, list) and (len(fields) > limits.SECTION_FIELDS or any(map(_is_long_field, fields)))
    if len(texts) < 2 and not many:
        return [block]
    rest = {name: one for name, one in block.items() if name not in ("text", "fields")}
    sections: list[Block] = [{"type": "section", "text": text} for text in texts]
    sections += _field_sections(fields if isinstance(fields, list) else [])
    sections[0] = rest | sections[0]
    return sections


def _field_sections(fields: list[Any]) -> list[Block]:
    """Fields by tens; one too long for a field becomes the text of a section."""
    sections: list[Block] = []
    for field in fields:
        if _is_long_field(field):
            sections += [{"type": "section", "text": text} for text in _split_text_object(field, limits.SECTION_TEXT)]
        elif sections and len(sections[-1].get("fields", [None] * limits.SECTION_FIELDS)) < limits.SECTION_FIELDS:
            sections[-1]["fields"].append(field)
        else:
            sections.append({"type": "section", "fields": [field]})
    return sections


def _is_long_field(field: Any) -> bool:
    return isinstance(field, dict) and isinstance(field.get("text"), str) and len(field["text"]) > limits.SECTION_FIELD


def _split_text_object(value: Any, limit: int) -> list[Any]:
    """A text object as several of at most `limit` characters."""
    if not isinstance(value, dict) or not isinstance(value.get("text"), str):
        return [] if value is None else [value]
    if len(value["text"]) <= limit:
        return [value]
    return [value | {"text": part} for part in split_text(value["text"], limit)]


def _header(block: Block) -> list[Block]:
    """A title too long for a header is shown as text."""
    text = block.get("text")
    if not isinstance(text, dict) or not isinstance(text.get("text"), str) or len(text["text"]) <= limits.HEADER_TEXT:
        return [block]
    return _section(block | {"type": "section"})


def _markdown(block: Block) -> list[Block]:
    text = block.get("text")
    if not isinstance(text, str) or len(text) <= limits.MARKDOWN:
        return [block]
    return [
        (block if index == 0 else {"type": "markdown"}) | {"text": part}
        for index, part in enumerate(split_markdown(text))
    ]


def _context(block: Block) -> list[Block]:
    elements = block.get("elements")
    if not isinstance(elements, list):
        return [block]
    small = [part for element in elements for part in _split_text_object(element, limits.TEXT)]
    return _in_groups(block, small, limits.CONTEXT_ELEMENTS)


def _actions(block: Block) -> list[Block]:
    elements = block.get("elements")
    return _in_groups(block, elements, limits.ACTIONS_ELEMENTS) if isinstance(elements, list) else [block]


def _in_groups(block: Block, elements: list[Any], most: int) -> list[Block]:
    """The same kind of block with `most` elements each; the first keeps the id."""
    if len(elements) <= most and elements == block.get("elements"):
        return [block]
    groups = [elements[start : start + most] for start in range(0, len(elements), most)]
    return [
        (block if index == 0 else {"type": block["type"]}) | {"elements": group} for index, group in enumerate(groups)
    ]


def _table(block: Block) -> list[Block]:
    """Tables of at most a hundred rows and twenty columns, each beginning with the header row."""
    rows = block.get("rows")
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        return [block]
    widest = max((len(row) for row in rows), default=0)
    if widest > limits.TABLE_CELLS:
        return [small for narrow in _narrower(block, rows, widest) for small in _table(narrow)]
    most = limits.DATA_TABLE_ROWS if block.get("type") == "data_table" else limits.TABLE_ROWS
    if len(rows) <= most and characters(rows) <= limits.TABLE_CHARACTERS:
        return [block]
    return _shorter(block, rows, most)


def _narrower(block: Block, rows: list[list[Any]], widest: int) -> list[Block]:
    """The first column with nineteen others at a time, so that every row can still be told."""
    step = limits.TABLE_CELLS - 1
    tables: list[Block] = []
    for start in range(1, widest, step):
        table = block | {"rows": [row[:1] + row[start : start + step] for row in rows]}
        settings = block.get("column_settings")
        if isinstance(settings, list):
            table["column_settings"] = settings[:1] + settings[start : start + step]
        tables.append(_anonymous(table) if tables else table)
    return tables


def _shorter(block: Block, rows: list[list[Any]], most: int) -> list[Block]:
    """Rows shared out over tables; a row too long for any table is told in sections, cell by cell."""
    header, body = rows[0], rows[1:]
    header_size = characters(header)
    if header_size > limits.TABLE_CHARACTERS // 2:
        return [section for row in rows for section in _row_as_sections([], row)]
    blocks: list[Block] = []
    group: list[list[Any]] = []
    size = header_size
    for row in body:
        length = characters(row)
        if group and (len(group) + 1 >= most or size + length > limits.TABLE_CHARACTERS):
            blocks.append(block | {"rows": [header, *group]})
            group, size = [], header_size
        if header_size + length > limits.TABLE_CHARACTERS:
            blocks += _row_as_sections(header, row)
            continue
        group.append(row)
        size += length
    if group or not blocks:
        blocks.append(block | {"rows": [header, *group]})
    return blocks[:1] + [_anonymous(one) for one in blocks[1:]]


def _row_as_sections(header: list[Any], row: list[Any]) -> list[Block]:
    sections: list[Block] = []
    for index, cell in enumerate(row):
        title = words_of(header[index]) if index < len(header) else ""
        text = f"{title}: {words_of(cell)}" if title else words_of(cell)
        if text.strip():
            sections += _section({"type": "section", "text": {"type": "plain_text", "text": text}})
    return sections


def words_of(value: Any) -> str:
    """The visible words of a cell or a rich text, in order."""
    words: list[str] = []
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting.extend(reversed(one))
        elif isinstance(one, dict):
            text = one.get("text", one.get("url", one.get("value")))
            words.append(str(text) if isinstance(text, str | int | float) else "")
            waiting.append(one.get("elements"))
    return "".join(words)


def _anonymous(block: Block) -> Block:
    """Without its id, which names the first part."""
    return {name: one for name, one in block.items() if name != "block_id"}


def _plan(block: Block) -> list[Block]:
    tasks = block.get("tasks")
    if not isinstance(tasks, list) or len(tasks) <= limits.PLAN_TASKS:
        return [block]
    groups = [tasks[start : start + limits.PLAN_TASKS] for start in range(0, len(tasks), limits.PLAN_TASKS)]
    return [(block if index == 0 else _anonymous(block)) | {"tasks": group} for index, group in enumerate(groups)]


_RESHAPES: dict[str, Callable[[Block], list[Block]]] = {
    "section": _section,
    "header": _header,
    "markdown": _markdown,
    "context": _context,
    "actions": _actions,
    "table": _table,
    "data_table": _table,
    "plan": _plan,
}
