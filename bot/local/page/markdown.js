/** Standard Markdown drawn as nodes: markdown blocks, streamed text, canvases. HTML inside it stays text. */
import { h, link, picture } from "./dom.js";
import { angle, emoji } from "./mrkdwn.js";
import { glyph } from "./emoji.js";

const INLINE = new RegExp(
  [
    "\\\\(?<escaped>[\\\\`*_{}\\[\\]()#+.!~|<>-])",
    "(?<!`)(?<ticks>`+)(?!`)(?<code>[\\s\\S]*?[^`])\\k<ticks>(?!`)",
    '!\\[(?<alt>[^\\]]*)\\]\\((?<src>[^()\\s]+(?:\\([^()\\s]*\\))?)(?:\\s+"[^"]*")?\\)',
    '\\[(?<label>(?:[^\\[\\]]|\\[[^\\[\\]]*\\])+)\\]\\((?<href>[^()\\s]*(?:\\([^()\\s]*\\))?[^()\\s]*)(?:\\s+"[^"]*")?\\)',
    "<(?<angle>(?:https?:|mailto:|[@#!])[^<>\\n]*)>",
    "\\*\\*\\*(?!\\s)(?<both>.+?)(?<!\\s)\\*\\*\\*",
    "\\*\\*(?!\\s)(?<bold>.+?)(?<!\\s)\\*\\*(?!\\*)",
    "(?<![\\w_])__(?!\\s)(?<bold2>.+?)(?<!\\s)__(?![\\w_])",
    "(?<!\\*)\\*(?![\\s*])(?<italic>[^*\\n]+?)(?<!\\s)\\*(?!\\*)",
    "(?<![\\w_])_(?![\\s_])(?<italic2>[^_\\n]+?)(?<!\\s)_(?![\\w_])",
    "~~(?!\\s)(?<strike>.+?)(?<!\\s)~~",
    ":(?<emoji>[a-z0-9_+'-]+):",
    "(?<bare>https?:\\/\\/[^\\s<>|`*]+[^\\s<>|`*.,;:!?)\\]}'\"])",
  ].join("|"),
  "gi",
);

const HEADING = /^ {0,3}(#{1,6})\s+(.*)$/;
const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([\w+-]*)/;
const RULE = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/;
const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/;
const DELIMITER = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;

/** A whole document as a list of nodes. */
export function markdown(text, store) {
  return blocks(
    String(text ?? "")
      .replaceAll("\r\n", "\n")
      .split("\n"),
    { store, depth: 0 },
  );
}

/** Quotes and lists inside each other; so deep that the stack could end, they are shown as they are written. */
const DEEPEST = 24;
const deeper = (place) => ({ ...place, depth: place.depth + 1 });

function blocks(lines, place) {
  if (place.depth > DEEPEST) return [h("p", {}, lines.join("\n"))];
  const nodes = [];
  let at = 0;
  while (at < lines.length) {
    const [node, next] = block(lines, at, place);
    if (node) nodes.push(node);
    at = next;
  }
  return nodes;
}

/** The block that begins at a line, and the line after it. Every branch moves on by at least one line. */
function block(lines, at, place) {
  const line = lines[at];
  if (!line.trim()) return [null, at + 1];
  if (FENCE.test(line)) return fence(lines, at);
  if (HEADING.test(line)) return heading(line, at, place);
  if (RULE.test(line)) return [h("hr"), at + 1];
  if (/^ {0,3}>/.test(line)) return quote(lines, at, place);
  if (isTable(lines, at)) return table(lines, at, place);
  if (ITEM.test(line)) return list(lines, at, place);
  return paragraph(lines, at, place);
}

function fence(lines, at) {
  const [, mark] = FENCE.exec(lines[at]);
  let end = at + 1;
  while (end < lines.length && !lines[end].trim().startsWith(mark)) end += 1;
  return [h("pre", { class: "code-block" }, h("code", {}, lines.slice(at + 1, end).join("\n"))), end + 1];
}

function heading(line, at, place) {
  const [, marks, text] = HEADING.exec(line);
  const words = text.trim().replace(/ #+$/, "");
  return [h(`h${marks.length}`, { class: "md-heading" }, inline(words, place.store)), at + 1];
}

function quote(lines, at, place) {
  let end = at;
  while (end < lines.length && /^ {0,3}>/.test(lines[end])) end += 1;
  const inner = lines.slice(at, end).map((line) => line.replace(/^ {0,3}> ?/, ""));
  return [h("blockquote", {}, blocks(inner, deeper(place))), end];
}

function paragraph(lines, at, place) {
  let end = at + 1;
  while (end < lines.length && continues(lines, end)) end += 1;
  const rows = lines.slice(at, end).map((line) => line.trim().replace(/\\$/, ""));
  return [
    h(
      "p",
      {},
      rows.flatMap((row, index) =>
        index ? [h("br"), ...inline(row, place.store)] : inline(row, place.store),
      ),
    ),
    end,
  ];
}

function continues(lines, at) {
  const line = lines[at];
  if (!line.trim() || FENCE.test(line) || HEADING.test(line) || RULE.test(line)) return false;
  return !/^ {0,3}>/.test(line) && !ITEM.test(line) && !isTable(lines, at);
}

/** A list and everything indented under its items; nested lists come out of the same blocks. */
function list(lines, at, place) {
  const [, indent, marker] = ITEM.exec(lines[at]);
  const ordered = /\d/.test(marker);
  const items = [];
  let next = at;
  while (next < lines.length && sameList(lines[next], indent.length, ordered)) {
    const [item, end] = listItem(lines, next, place);
    items.push(item);
    next = end;
  }
  const start = ordered && parseInt(marker, 10) !== 1 ? parseInt(marker, 10) : undefined;
  return [h(ordered ? "ol" : "ul", { start }, items), next];
}

function sameList(line, depth, ordered) {
  const found = ITEM.exec(line);
  return Boolean(found) && found[1].length === depth && /\d/.test(found[2]) === ordered;
}

function listItem(lines, at, place) {
  const [, indent, marker, text] = ITEM.exec(lines[at]);
  const inner = indent.length + marker.length + 1;
  let end = at + 1;
  while (end < lines.length && belongs(lines, end, indent.length)) end += 1;
  const rest = lines.slice(at + 1, end).map((line) => line.replace(new RegExp(`^\\s{0,${inner}}`), ""));
  return [itemNode(text, rest, place), end];
}

/** A line belongs to the item above when it is indented deeper, or blank with such a line after it. */
function belongs(lines, at, depth) {
  if (lines[at].trim()) return /^\s*/.exec(lines[at])[0].length > depth;
  return (
    at + 1 < lines.length && Boolean(lines[at + 1].trim()) && /^\s*/.exec(lines[at + 1])[0].length > depth
  );
}

function itemNode(text, rest, place) {
  const task = /^\[([ xX])\]\s+(.*)$/.exec(text);
  if (!task) return h("li", {}, inline(text, place.store), blocks(rest, deeper(place)));
  const done = task[1] !== " ";
  const box = h("input", {
    type: "checkbox",
    checked: done,
    disabled: true,
    "aria-label": done ? "done" : "open",
  });
  return h("li", { class: "task-item" }, box, " ", inline(task[2], place.store), blocks(rest, deeper(place)));
}

function isTable(lines, at) {
  return (
    lines[at].includes("|") &&
    at + 1 < lines.length &&
    lines[at + 1].includes("-") &&
    DELIMITER.test(lines[at + 1])
  );
}

function table(lines, at, place) {
  const aligns = cells(lines[at + 1]).map(alignment);
  let end = at + 2;
  while (end < lines.length && lines[end].trim() && lines[end].includes("|")) end += 1;
  const head = h("thead", {}, row(lines[at], "th", aligns, place));
  const body = h(
    "tbody",
    {},
    lines.slice(at + 2, end).map((line) => row(line, "td", aligns, place)),
  );
  return [
    h(
      "div",
      { class: "table-scroll", tabindex: "0", role: "region", "aria-label": "Table" },
      h("table", {}, head, body),
    ),
    end,
  ];
}

function row(line, tag, aligns, place) {
  const found = cells(line);
  return h(
    "tr",
    {},
    aligns.map((align, index) => h(tag, { class: align }, inline(found[index] ?? "", place.store))),
  );
}

function cells(line) {
  return line
    .trim()
    .replace(/^\||\|$/g, "")
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));
}

function alignment(mark) {
  if (/^:-*:$/.test(mark)) return "align-center";
  return mark.endsWith(":") ? "align-right" : undefined;
}

/** One run of text. */
export function inline(text, store) {
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > at) nodes.push(text.slice(at, match.index));
    nodes.push(token(match.groups, match[0], store));
    at = match.index + match[0].length;
  }
  if (at < text.length) nodes.push(text.slice(at));
  return nodes;
}

function token(found, whole, store) {
  if (found.escaped !== undefined) return found.escaped;
  if (found.code !== undefined) return h("code", {}, found.code.replace(/^ (.*) $/s, "$1"));
  if (found.src !== undefined) return picture(found.src, found.alt, "md-image");
  if (found.label !== undefined) return link(found.href, inline(found.label, store));
  if (found.angle !== undefined) return angle(found.angle, store);
  if (found.both !== undefined) return h("strong", {}, h("em", {}, inline(found.both, store)));
  if ((found.bold ?? found.bold2) !== undefined)
    return h("strong", {}, inline(found.bold ?? found.bold2, store));
  if ((found.italic ?? found.italic2) !== undefined)
    return h("em", {}, inline(found.italic ?? found.italic2, store));
  if (found.strike !== undefined) return h("s", {}, inline(found.strike, store));
  if (found.bare !== undefined) return link(found.bare);
  return glyph(found.emoji) ? emoji(found.emoji) : whole;
}
