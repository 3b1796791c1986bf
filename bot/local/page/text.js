/** Text objects of Block Kit, drawn or as words. */
import { h } from "./dom.js";
import { emoji, mrkdwn } from "./mrkdwn.js";

/** The words of a text object or string; for labels, options and buttons. */
export function textOf(object) {
  if (object === undefined || object === null) return "";
  return plainEmoji(typeof object === "string" ? object : (object.text ?? ""));
}

function plainEmoji(text) {
  return text.replace(/:([a-z0-9_+'-]+):/gi, (whole, name) => {
    const node = emoji(name);
    return node.textContent ?? node;
  });
}

/** A text object as nodes: mrkdwn with its styles, plain text with emoji and line breaks. */
export function drawText(object, store) {
  if (object === undefined || object === null) return [];
  if (typeof object === "string") return mrkdwn(object, store);
  if (object.type === "mrkdwn") return mrkdwn(object.text, store);
  return plain(object.text ?? "");
}

function plain(text) {
  return text.split("\n").flatMap((line, index) => (index ? [h("br"), ...withEmoji(line)] : withEmoji(line)));
}

function withEmoji(line) {
  return line
    .split(/(:[a-z0-9_+'-]+:)/i)
    .filter(Boolean)
    .map((piece) => (/^:[^:\s]+:$/.test(piece) ? emoji(piece.slice(1, -1)) : piece));
}
