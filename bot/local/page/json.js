/** JSON, indented and coloured by kind. */
import { h } from "./dom.js";

const PIECE = /("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null)\b|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi;

export function drawJson(value) {
  const text = JSON.stringify(value ?? null, null, 2);
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(PIECE)) {
    nodes.push(
      text.slice(at, match.index),
      h("span", { class: kindOf(match) }, match[1] ?? match[0]),
      match[2] ?? "",
    );
    at = match.index + match[0].length;
  }
  return h("pre", { class: "json", tabindex: "0" }, nodes, text.slice(at));
}

function kindOf(match) {
  if (match[2]) return "json-key";
  if (match[1]) return "json-text";
  return match[3] ? "json-word" : "json-number";
}
