/** Draws Block Kit: one function per block type, and a visible box for a type this page does not know. */
import { h, link, picture, safeUrl } from "./dom.js";
import { drawElement } from "./elements.js";
import { icon } from "./icons.js";
import { markdown } from "./markdown.js";
import { richText } from "./richtext.js";
import { drawText, textOf } from "./text.js";
import { alert, card, carousel, container } from "./cards.js";
import { chart } from "./charts.js";
import { dataTable, table } from "./tables.js";
import { plan, taskCard } from "./tasks.js";

const BUILDERS = {
  section,
  header,
  context,
  actions,
  image,
  input,
  file,
  video,
  call,
  alert,
  card,
  carousel,
  container,
  plan,
  divider: () => h("hr", { class: "divider" }),
  markdown: (block, { surface }) => h("div", { class: "markdown" }, markdown(block.text, surface.store)),
  rich_text: (block, { surface }) => richText(block, surface.store),
  table: (block, { surface }) => table(block, surface.store),
  data_table: dataTable,
  data_visualization: chart,
  task_card: taskCard,
  context_actions: actions,
  auth_provider: (block) =>
    h(
      "div",
      { class: "fallback" },
      icon("lock"),
      `Sign in with ${textOf(block.provider_name) || "a provider"} (works only in Slack itself)`,
    ),
};

/** The types that are drawn. */
export const KNOWN = Object.keys(BUILDERS);

/** All blocks of a surface as nodes. A block without an id is known by its place. */
export function drawBlocks(blocks, surface) {
  return (blocks ?? []).map((block, index) => drawBlock(block, surface, block.block_id ?? `block-${index}`));
}

export function drawBlock(block, surface, blockId) {
  const build = BUILDERS[block.type];
  const node = build ? build(block, { surface, blockId, drawBlock }) : unsupported(block);
  node.classList.add("block");
  node.setAttribute("data-block", block.type);
  node.setAttribute("data-block-id", blockId);
  return node;
}

function unsupported(block) {
  const raw = h("pre", { class: "code-block" }, JSON.stringify(block, null, 2));
  return h(
    "details",
    { class: "unsupported", "data-testid": "unsupported" },
    h("summary", {}, `unsupported block: ${block.type}`),
    raw,
  );
}

function section(block, { surface, blockId }) {
  const text = block.text ? h("div", { class: "section-text" }, drawText(block.text, surface.store)) : null;
  const fields = block.fields?.length
    ? h(
        "div",
        { class: "section-fields" },
        block.fields.map((field) => h("div", {}, drawText(field, surface.store))),
      )
    : null;
  const accessory = block.accessory
    ? h("div", { class: "section-accessory" }, drawElement(block.accessory, { blockId, surface }))
    : null;
  const tall = ["checkboxes", "radio_buttons"].includes(block.accessory?.type) ? " section-tall" : "";
  return h("div", { class: `section${tall}` }, h("div", { class: "section-main" }, text, fields), accessory);
}

function header(block) {
  return h(
    `h${Math.min(Math.max(Number(block.level) || 3, 1), 4)}`,
    { class: "block-header" },
    drawText(block.text),
  );
}

function context(block, { surface }) {
  const piece = (element) =>
    element.type === "image"
      ? picture(element.image_url ?? element.slack_file?.url, element.alt_text, "context-image")
      : h("span", { class: "context-text" }, drawText(element, surface.store));
  return h("div", { class: "context" }, (block.elements ?? []).map(piece));
}

function actions(block, { surface, blockId }) {
  const elements = (block.elements ?? []).map((element) => drawElement(element, { blockId, surface }));
  return h(
    "div",
    { class: block.type === "context_actions" ? "actions context-actions" : "actions", role: "group" },
    elements,
  );
}

function image(block) {
  const title = block.title ? h("figcaption", {}, textOf(block.title)) : null;
  return h(
    "figure",
    { class: "image-block" },
    title,
    picture(block.image_url ?? block.slack_file?.url, block.alt_text, "block-image"),
  );
}

function input(block, { surface, blockId }) {
  const labelId = `${surface.place}-${blockId}-label`;
  const { element } = block;
  const drawn = drawElement(element, {
    blockId,
    surface,
    dispatches: block.dispatch_action === true,
    labelId,
  });
  const optional = block.optional ? h("span", { class: "optional" }, " (optional)") : null;
  const hint = block.hint ? h("div", { class: "hint" }, textOf(block.hint)) : null;
  const label = h("label", { class: "input-label", id: labelId }, textOf(block.label), optional);
  focusThrough(label, drawn);
  const error = h("div", {
    class: "field-error",
    role: "alert",
    hidden: true,
    "data-testid": `error-${blockId}`,
  });
  return h(
    "div",
    { class: "input-block", "data-required": String(!block.optional), "data-element": element.type },
    label,
    drawn,
    hint,
    error,
  );
}

/** A click on the label goes to the field, as with a native label. */
function focusThrough(label, drawn) {
  const field = drawn.matches("input, select, textarea")
    ? drawn
    : drawn.querySelector("input, select, textarea");
  label.addEventListener("click", () => field?.focus());
}

function file(block) {
  return h("div", { class: "fallback" }, icon("file"), `Remote file ${block.external_id ?? ""}`);
}

function video(block) {
  const address = block.title_url ?? block.video_url;
  const title = safeUrl(address) ? link(address, textOf(block.title)) : textOf(block.title);
  const about = block.description ? h("div", { class: "hint" }, textOf(block.description)) : null;
  return h(
    "div",
    { class: "fallback video" },
    picture(block.thumbnail_url, block.alt_text, "block-image"),
    h("div", {}, h("strong", {}, title), about),
  );
}

function call(block) {
  const { call: details = {} } = block;
  const name = details.v1?.name ?? "Call";
  return h(
    "div",
    { class: "fallback" },
    icon("pulse"),
    h("strong", {}, name),
    details.v1?.join_url ? link(details.v1.join_url, "Join") : null,
  );
}
