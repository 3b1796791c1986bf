/** Tables: the plain one with column settings, and the data table with paging and sorting. */
import { fill, h } from "./dom.js";
import { drawElement } from "./elements.js";
import { richText } from "./richtext.js";

function cellNode(cell, store) {
  if (cell === null || cell === undefined) return "";
  if (cell.type === "rich_text") return richText(cell, store);
  if (cell.type === "raw_number") return String(cell.text ?? cell.value ?? cell.number ?? "");
  return String(cell.text ?? "")
    .split("\n")
    .flatMap((line, index) => (index ? [h("br"), line] : [line]));
}

function scroller(label, node) {
  return h("div", { class: "table-scroll", role: "region", "aria-label": label, tabindex: "0" }, node);
}

export function table(block, store) {
  const settings = block.column_settings ?? [];
  const rows = (block.rows ?? []).map((row, at) =>
    h(
      "tr",
      {},
      row.map((cell, column) => {
        return h(
          at ? "td" : "th",
          {
            class: classOf(cell, settings[column]),
            scope: at ? undefined : "col",
            title: settings[column]?.is_wrapped ? undefined : words(cell),
          },
          cellNode(cell, store),
        );
      }),
    ),
  );
  return scroller("Table", h("table", {}, h("thead", {}, rows.slice(0, 1)), h("tbody", {}, rows.slice(1))));
}

/** Numbers stand right unless the column says otherwise; cells keep one line unless the column wraps. */
function classOf(cell, setting) {
  const align = setting?.align ?? (cell?.type === "raw_number" ? "right" : "left");
  return `align-${["left", "center", "right"].includes(align) ? align : "left"}${setting?.is_wrapped ? " wrapped" : ""}`;
}

/** One page of rows at a time; a click on a heading sorts by it. */
export function dataTable(block, { surface, blockId }) {
  const [head = [], ...rows] = block.rows ?? [];
  const state = {
    page: 0,
    column: null,
    down: false,
    size: Math.min(Math.max(Number(block.page_size) || 5, 1), 100),
  };
  const body = h("tbody");
  const foot = h("div", { class: "table-pages" });
  const headings = head.map((cell, column) =>
    heading(cell, column, { state, store: surface.store, redraw: () => draw(), sample: rows[0]?.[column] }),
  );
  const draw = () => {
    const sorted = sortRows(rows, state);
    const shown = sorted.slice(state.page * state.size, (state.page + 1) * state.size);
    fill(
      body,
      shown.map((row) => dataRow(row, block.row_header_column_index ?? 0, { surface, blockId })),
    );
    fill(foot, pageButtons(state, rows.length, draw));
    headings.forEach((node, column) =>
      node.setAttribute(
        "aria-sort",
        column !== state.column ? "none" : state.down ? "descending" : "ascending",
      ),
    );
  };
  draw();
  const caption = h("caption", {}, block.caption ?? "");
  return h(
    "div",
    { class: "data-table" },
    scroller(block.caption || "Table", h("table", {}, caption, h("thead", {}, h("tr", {}, headings)), body)),
    foot,
  );
}

function heading(cell, column, { state, store, redraw, sample }) {
  const sort = () => {
    state.down = state.column === column && !state.down;
    Object.assign(state, { column, page: 0 });
    redraw();
  };
  return h(
    "th",
    { scope: "col", class: classOf(sample) },
    h("button", { type: "button", class: "sort", on: { click: sort } }, cellNode(cell, store)),
  );
}

function dataRow(row, headerColumn, { surface, blockId }) {
  return h(
    "tr",
    {},
    row.map((cell, column) => {
      const content = cell?.element
        ? drawElement(cell.element, { blockId, surface })
        : cellNode(cell, surface.store);
      return h(
        column === headerColumn ? "th" : "td",
        { scope: column === headerColumn ? "row" : undefined, class: `${classOf(cell)} wrapped` },
        content,
      );
    }),
  );
}

function sortRows(rows, { column, down }) {
  if (column === null) return rows;
  const key = (row) => words(row[column]);
  const sorted = [...rows].sort((left, right) =>
    key(left).localeCompare(key(right), undefined, { numeric: true }),
  );
  return down ? sorted.reverse() : sorted;
}

function words(cell) {
  if (cell?.type === "rich_text") return richText(cell).textContent;
  return String(cell?.text ?? cell?.value ?? cell?.number ?? "");
}

function pageButtons(state, total, redraw) {
  const pages = Math.ceil(total / state.size);
  if (pages < 2) return [];
  const turn = (step) => () => {
    state.page += step;
    redraw();
  };
  const arrow = (label, step, disabled) =>
    h("button", { type: "button", class: "button small", disabled, on: { click: turn(step) } }, label);
  const from = state.page * state.size + 1;
  const range = `${from}–${Math.min(from + state.size - 1, total)} of ${total}`;
  return [
    arrow("Previous", -1, state.page === 0),
    h("span", {}, range),
    arrow("Next", 1, state.page === pages - 1),
  ];
}
