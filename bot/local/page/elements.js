/** Interactive elements: buttons, menus, selects, pickers, checkboxes. Text fields are in inputs.js. */
import { h, picture, safeUrl } from "./dom.js";
import { icon } from "./icons.js";
import { openMenu } from "./dialogs.js";
import { visit } from "./places.js";
import { textOf } from "./text.js";
import { readable } from "./surface.js";
import { multiSelect, singleSelect } from "./selects.js";
import { dateInput, fileInput, richInput, textInput } from "./inputs.js";

const BUILDERS = {
  button,
  icon_button: iconButton,
  workflow_button: workflowButton,
  feedback_buttons: feedbackButtons,
  overflow,
  checkboxes: choices,
  radio_buttons: choices,
  static_select: singleSelect,
  users_select: singleSelect,
  channels_select: singleSelect,
  conversations_select: singleSelect,
  external_select: singleSelect,
  multi_static_select: multiSelect,
  multi_users_select: multiSelect,
  multi_channels_select: multiSelect,
  multi_conversations_select: multiSelect,
  multi_external_select: multiSelect,
  datepicker: dateInput,
  timepicker: dateInput,
  datetimepicker: dateInput,
  plain_text_input: textInput,
  email_text_input: textInput,
  url_text_input: textInput,
  number_input: textInput,
  rich_text_input: richInput,
  file_input: fileInput,
  image: (element) =>
    picture(element.image_url ?? element.slack_file?.url, element.alt_text, "accessory-image"),
};

/**
 * One element as a node with data-action-id and data-block-id. `dispatches`: a change is sent at once
 * (everywhere but in input blocks without dispatch_action).
 */
export function drawElement(element, { blockId, surface, dispatches = true, labelId }) {
  const build = BUILDERS[element.type];
  if (!build) return h("span", { class: "unsupported" }, `unsupported element: ${element.type}`);
  const node = build(element, { blockId, surface, dispatches, labelId });
  for (const owner of ownersOf(node)) {
    owner.setAttribute("data-action-id", element.action_id ?? "");
    owner.setAttribute("data-block-id", blockId);
  }
  return node;
}

/** The nodes that stand for the element: itself, or the parts that say so. */
function ownersOf(node) {
  const parts = [...node.querySelectorAll("[data-owner]")];
  return parts.length ? parts : [node];
}

function button(element, { blockId, surface }) {
  const style = ["primary", "danger"].includes(element.style) ? element.style : "";
  const node = h(
    "button",
    {
      class: `button ${style}`,
      type: "button",
      "aria-label": element.accessibility_label,
      "data-value": element.value,
    },
    textOf(element.text),
  );
  node.addEventListener("click", () => pressButton(element, blockId, surface, node));
  return node;
}

function pressButton(element, blockId, surface, node) {
  const address = element.url ? safeUrl(element.url) : null;
  if (address) visit(address, surface.store);
  return surface.act(element, blockId, { value: element.value, text: element.text }, node);
}

function iconButton(element, { blockId, surface }) {
  const visible = element.visible_to_user_ids;
  const label = element.accessibility_label ?? textOf(element.text);
  const node = h(
    "button",
    {
      class: "icon-button framed",
      type: "button",
      "aria-label": label,
      title: textOf(element.text),
      hidden: Boolean(visible?.length) && !visible.includes(surface.store.me),
    },
    icon(element.icon),
  );
  node.addEventListener("click", () => surface.act(element, blockId, { value: element.value }, node));
  return node;
}

function workflowButton(element) {
  return h(
    "button",
    { class: "button", type: "button", disabled: true, title: "Workflows run only in Slack itself" },
    textOf(element.text),
  );
}

function feedbackButtons(element, { blockId, surface }) {
  const one = (choice, sign) => {
    const node = h(
      "button",
      {
        class: "icon-button framed feedback",
        type: "button",
        "data-value": choice.value,
        "aria-label": choice.accessibility_label ?? textOf(choice.text),
        title: textOf(choice.text),
        "aria-pressed": "false",
        "data-owner": true,
      },
      icon(sign),
      h("span", {}, textOf(choice.text)),
    );
    node.addEventListener("click", async () => {
      await surface.act(element, blockId, { value: choice.value, text: choice.text }, node);
      for (const other of group.children) other.setAttribute("aria-pressed", String(other === node));
    });
    return node;
  };
  const group = h(
    "span",
    { class: "feedback-buttons", role: "group", "aria-label": "Feedback" },
    one(element.positive_button, "up"),
    one(element.negative_button, "down"),
  );
  return group;
}

function overflow(element, { blockId, surface }) {
  const node = h(
    "button",
    { class: "icon-button framed", type: "button", "aria-label": "More actions", "aria-haspopup": "menu" },
    icon("more"),
  );
  const pick = (option) => () => {
    const address = option.url ? safeUrl(option.url) : null;
    if (address) visit(address, surface.store);
    surface.act(element, blockId, { selected_option: option }, node);
  };
  const items = (element.options ?? []).map((option) => ({
    label: textOf(option.text),
    detail: textOf(option.description),
    value: option.value,
    pick: pick(option),
  }));
  node.addEventListener("click", () => openMenu(node, items, "More actions"));
  return node;
}

/** Checkboxes and radio buttons. */
function choices(element, { blockId, surface, dispatches, labelId }) {
  const many = element.type === "checkboxes";
  const given = surface.entered(blockId, element.action_id);
  const first = given
    ? (given.selected_options ?? [given.selected_option].filter(Boolean))
    : (element.initial_options ?? [element.initial_option].filter(Boolean));
  const chosenValues = new Set(first.map((option) => option.value));
  const group = `${blockId}-${element.action_id}-${surface.container.ts ?? surface.container.view_id ?? ""}-${surface.place ?? ""}`;
  const rows = (element.options ?? []).map((option) =>
    choiceRow(option, many, group, chosenValues.has(option.value)),
  );
  const node = h(
    "div",
    { class: "choices", role: many ? "group" : "radiogroup", "aria-labelledby": labelId, "data-owner": true },
    rows,
  );
  const chosen = () =>
    (element.options ?? []).filter((_, index) => rows[index].querySelector("input").checked);
  const fields = () => (many ? { selected_options: chosen() } : { selected_option: chosen()[0] ?? null });
  if (dispatches) node.addEventListener("change", () => surface.act(element, blockId, fields(), node));
  return readable(node, () => ({ type: element.type, ...fields() }));
}

function choiceRow(option, many, name, checked) {
  const input = h("input", { type: many ? "checkbox" : "radio", name, value: option.value, checked });
  const description = option.description ? h("small", {}, textOf(option.description)) : null;
  return h("label", { class: "choice" }, input, h("span", {}, textOf(option.text), description));
}
