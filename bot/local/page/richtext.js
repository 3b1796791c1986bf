/** rich_text blocks: sections, lists, quotes, preformatted text, and every kind of part inside them. */
import { h, link } from "./dom.js";
import { channelLink, emoji, mention } from "./mrkdwn.js";
import { formatDate } from "./time.js";

export function richText(block, store) {
  return h(
    "div",
    { class: "rich-text" },
    (block.elements ?? []).map((element) => part(element, store)),
  );
}

function part(element, store) {
  switch (element.type) {
    case "rich_text_section":
      return h("div", { class: "rt-section" }, parts(element, store));
    case "rich_text_quote":
      return h("blockquote", {}, parts(element, store));
    case "rich_text_preformatted":
      return h("pre", { class: "code-block" }, h("code", {}, parts(element, store)));
    case "rich_text_list":
      return list(element, store);
    default:
      return h("span", { class: "unsupported" }, `unsupported rich text: ${element.type}`);
  }
}

function list(element, store) {
  const tag = element.style === "ordered" ? "ol" : "ul";
  const attributes = { class: `rt-list rt-indent-${Math.min(Number(element.indent) || 0, 8)}` };
  if (element.offset) attributes.start = Number(element.offset) + 1;
  return h(
    tag,
    attributes,
    (element.elements ?? []).map((item) => h("li", {}, parts(item, store))),
  );
}

function parts(element, store) {
  return (element.elements ?? []).map((piece) => styled(piece, leaf(piece, store)));
}

function leaf(piece, store) {
  switch (piece.type) {
    case "text":
      return lines(piece.text);
    case "link":
      return link(piece.url, piece.text || piece.url);
    case "user":
      return mention(piece.user_id, store);
    case "channel":
      return channelLink(piece.channel_id, store);
    case "usergroup":
      return h("span", { class: "mention" }, `@${piece.usergroup_id}`);
    case "team":
      return h("span", { class: "mention" }, `@${piece.team_id}`);
    case "broadcast":
      return h("span", { class: "mention mention-me" }, `@${piece.range}`);
    case "emoji":
      return emoji(piece.name);
    case "date":
      return date(piece);
    case "color":
      return swatch(piece.value);
    default:
      return h("span", { class: "unsupported" }, `unsupported: ${piece.type}`);
  }
}

/** Line breaks inside a text part are kept. */
function lines(text) {
  return String(text ?? "")
    .split("\n")
    .flatMap((line, index) => (index ? [h("br"), line] : [line]));
}

function date(piece) {
  const text = formatDate(Number(piece.timestamp), piece.format, piece.fallback);
  return piece.url ? link(piece.url, text) : h("time", {}, text);
}

function swatch(value) {
  const known = /^#[0-9a-f]{3,8}$/i.test(value);
  return h("span", { class: "swatch" }, known ? h("i", { vars: { swatch: value } }) : null, value);
}

const STYLES = [
  ["code", "code"],
  ["bold", "strong"],
  ["italic", "em"],
  ["strike", "s"],
  ["underline", "u"],
];

function styled(piece, node) {
  const wanted = STYLES.filter(([name]) => piece.style?.[name]);
  return wanted.reduce((inner, [, tag]) => h(tag, {}, inner), node);
}
