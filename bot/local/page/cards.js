/** Alert, card, carousel and container blocks. */
import { h, picture } from "./dom.js";
import { drawElement } from "./elements.js";
import { icon } from "./icons.js";
import { richText } from "./richtext.js";
import { drawText } from "./text.js";

const SIGNS = { default: "🛈", info: "ℹ️", warning: "⚠️", error: "⛔", success: "✅" };

export function alert(block, { surface }) {
  const level = block.level in SIGNS ? block.level : "default";
  const sign = h(
    "span",
    { class: "alert-sign", "aria-hidden": "true" },
    level === "default" ? icon("bolt") : SIGNS[level],
  );
  return h(
    "div",
    { class: `alert ${level}`, role: "note", "aria-label": level },
    sign,
    h("div", {}, drawText(block.text, surface.store)),
  );
}

const imageOf = (image, className) =>
  image ? picture(image.image_url ?? image.slack_file?.url, image.alt_text, className) : null;

export function card(block, { surface, blockId }) {
  const { store } = surface;
  const titles = h(
    "div",
    {},
    block.title ? h("strong", { class: "card-title" }, drawText(block.title, store)) : null,
    block.subtitle ? h("div", { class: "card-subtitle" }, drawText(block.subtitle, store)) : null,
  );
  const head = h("div", { class: "card-head" }, imageOf(block.icon, "card-icon"), titles);
  const body = block.body ? h("div", { class: "card-body" }, drawText(block.body, store)) : null;
  const buttons = block.actions?.length
    ? h(
        "div",
        { class: "actions" },
        block.actions.map((element) => drawElement(element, { blockId, surface })),
      )
    : null;
  return h("article", { class: "card" }, imageOf(block.hero_image, "card-hero"), head, body, buttons);
}

export function carousel(block, { surface, blockId, drawBlock }) {
  const cards = (block.elements ?? []).map((element, index) =>
    drawBlock(element, surface, element.block_id ?? `${blockId}-${index}`),
  );
  return h(
    "div",
    { class: "carousel", role: "region", "aria-label": `${cards.length} cards`, tabindex: "0" },
    cards,
  );
}

export function container(block, { surface, blockId, drawBlock }) {
  const width = ["narrow", "standard", "wide", "full"].includes(block.width) ? block.width : "standard";
  const children = (block.child_blocks ?? []).map((child, index) =>
    drawBlock(child, surface, child.block_id ?? `${blockId}-${index}`),
  );
  const body = h("div", { class: "container-body" }, children);
  const head = containerHead(block, surface.store);
  if (!block.is_collapsible)
    return h(
      "section",
      { class: `container ${width}${block.has_header_divider ? " divided" : ""}` },
      head,
      body,
    );
  return h(
    "details",
    { class: `container ${width}`, open: !block.default_collapsed },
    h("summary", {}, head),
    body,
  );
}

function containerHead(block, store) {
  const title = block.rich_text_title
    ? richText(block.rich_text_title, store)
    : h("strong", {}, drawText(block.title, store));
  const subtitle = block.subtitle
    ? h("div", { class: "card-subtitle" }, drawText(block.subtitle, store))
    : null;
  return h(
    "div",
    { class: "card-head container-head" },
    imageOf(block.icon, "card-icon"),
    h("div", {}, title, subtitle),
  );
}
