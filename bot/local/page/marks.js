/** Between typed marks (*bold*, _italic_, ~strike~, `code`, "- " lists) and a rich_text value. */

const MARK = /\*([^*\n]+)\*|_([^_\n]+)_|~([^~\n]+)~|`([^`\n]+)`/g;
const STYLES = ["bold", "italic", "strike", "code"];
const SIGNS = { bold: "*", italic: "_", strike: "~", code: "`" };

/** Typed text as a rich_text block. */
export function readMarks(text) {
  const elements = [];
  for (const line of text.split("\n")) {
    const item = /^\s*(?:([-*•])|\d+[.)])\s+(.*)$/.exec(line);
    if (item) addItem(elements, item[1] ? "bullet" : "ordered", item[2]);
    else addLine(elements, line);
  }
  return { type: "rich_text", elements };
}

function addItem(elements, style, text) {
  const last = elements.at(-1);
  const item = { type: "rich_text_section", elements: pieces(text) };
  if (last?.type === "rich_text_list" && last.style === style) last.elements.push(item);
  else elements.push({ type: "rich_text_list", style, elements: [item] });
}

function addLine(elements, line) {
  const last = elements.at(-1);
  if (last?.type === "rich_text_section") last.elements.push({ type: "text", text: "\n" }, ...pieces(line));
  else elements.push({ type: "rich_text_section", elements: pieces(line) });
}

function pieces(line) {
  const found = [];
  let at = 0;
  for (const match of line.matchAll(MARK)) {
    if (match.index > at) found.push({ type: "text", text: line.slice(at, match.index) });
    const which = match.slice(1).findIndex((part) => part !== undefined);
    found.push({ type: "text", text: match[which + 1], style: { [STYLES[which]]: true } });
    at = match.index + match[0].length;
  }
  if (at < line.length) found.push({ type: "text", text: line.slice(at) });
  return found;
}

/** A rich_text block as typed text. */
export function writeMarks(block) {
  return (block.elements ?? []).map(writeElement).join("\n");
}

function writeElement(element) {
  if (element.type !== "rich_text_list") return written(element);
  const sign = (index) => (element.style === "ordered" ? `${index + 1}. ` : "- ");
  return (element.elements ?? []).map((item, index) => sign(index) + written(item)).join("\n");
}

function written(section) {
  return (section.elements ?? [])
    .map((piece) => {
      const sign = SIGNS[STYLES.find((style) => piece.style?.[style])] ?? "";
      return sign + (piece.text ?? piece.url ?? "") + sign;
    })
    .join("");
}
