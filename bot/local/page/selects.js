/** Selects of every kind: from fixed options, people, channels or conversations; one answer or many. */
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { readable } from "./surface.js";
import { textOf } from "./text.js";

/** Which field of the payload an element answers in, and where its choices come from. */
const KINDS = {
  static: { field: "option", initial: "option", choices: staticChoices },
  external: { field: "option", initial: "option", choices: initialOnly },
  users: {
    field: "user",
    initial: "user",
    choices: (element, store) =>
      [...store.users.values()]
        .filter((user) => !user.deleted)
        .map((user) => ({ value: user.id, label: user.real_name || user.name })),
  },
  channels: {
    field: "channel",
    initial: "channel",
    choices: (element, store) => channelChoices(store, false),
  },
  conversations: {
    field: "conversation",
    initial: "conversation",
    choices: (element, store) => channelChoices(store, true),
  },
};

const kindOf = (element) => KINDS[element.type.replace(/^multi_/, "").replace(/_select$/, "")];

function staticChoices(element) {
  const groups = element.option_groups ?? [{ options: element.options ?? [] }];
  return groups.flatMap((group) =>
    group.options.map((option) => ({
      value: option.value,
      label: textOf(option.text),
      group: group.label && textOf(group.label),
      option,
    })),
  );
}

function initialOnly(element) {
  const known = element.initial_options ?? [element.initial_option].filter(Boolean);
  return known.map((option) => ({ value: option.value, label: textOf(option.text), option }));
}

function channelChoices(store, withDirect) {
  return [...store.channels.values()]
    .filter((channel) => withDirect || !channel.is_im)
    .map((channel) => ({
      value: channel.id,
      label: (channel.is_im ? "@" : "#") + store.channelTitle(channel),
    }));
}

const answer = (kind, choice) =>
  kind.field === "option" ? (choice?.option ?? null) : (choice?.value ?? null);
const valueOf = (given) => (given && typeof given === "object" ? given.value : given);

function menuOptions(choices) {
  const groups = Map.groupBy ? Map.groupBy(choices, (choice) => choice.group ?? "") : grouped(choices);
  return [...groups].map(([label, members]) => {
    const options = members.map((choice) => h("option", { value: choice.value }, choice.label));
    return label ? h("optgroup", { label }, options) : options;
  });
}

function grouped(choices) {
  const groups = new Map();
  for (const choice of choices)
    groups.set(choice.group ?? "", [...(groups.get(choice.group ?? "") ?? []), choice]);
  return groups;
}

export function singleSelect(element, { blockId, surface, dispatches, labelId }) {
  const kind = kindOf(element);
  const choices = kind.choices(element, surface.store);
  const prompt = h("option", { value: "" }, textOf(element.placeholder) || "Select…");
  const node = h(
    "select",
    {
      class: "select",
      "aria-labelledby": labelId,
      "aria-label": labelId ? undefined : textOf(element.placeholder) || "Select",
    },
    prompt,
    menuOptions(choices),
  );
  node.value = firstValue(element, kind, surface, surface.entered(blockId, element.action_id));
  const fields = () => ({
    [`selected_${kind.field}`]: answer(
      kind,
      choices.find((choice) => choice.value === node.value),
    ),
  });
  if (dispatches) node.addEventListener("change", () => surface.act(element, blockId, fields(), node));
  return readable(node, () => ({ type: element.type, ...fields() }));
}

function firstValue(element, kind, surface, given) {
  if (!given && element.default_to_current_conversation) return surface.channel ?? "";
  const first = given ? given[`selected_${kind.field}`] : element[`initial_${kind.initial}`];
  return valueOf(first) ?? "";
}

/** Chosen answers as chips that can be removed, and a select that adds one more. */
export function multiSelect(element, { blockId, surface, dispatches, labelId }) {
  const kind = kindOf(element);
  const choices = kind.choices(element, surface.store);
  const given = surface.entered(blockId, element.action_id);
  let chosen = ((given ? given[`selected_${kind.field}s`] : element[`initial_${kind.initial}s`]) ?? []).map(
    valueOf,
  );
  const chips = h("span", { class: "chips" });
  const adder = h("select", {
    class: "select",
    "aria-labelledby": labelId,
    "aria-label": labelId ? undefined : textOf(element.placeholder) || "Add",
  });
  const node = h("div", { class: "multi-select", "data-owner": true }, chips, adder);
  const fields = () => ({
    [`selected_${kind.field}s`]: choices
      .filter((choice) => chosen.includes(choice.value))
      .map((choice) => answer(kind, choice)),
  });
  const change = (values) => {
    chosen = values;
    draw();
    if (dispatches) surface.act(element, blockId, fields(), node);
  };
  const draw = () => {
    fill(
      chips,
      choices
        .filter((choice) => chosen.includes(choice.value))
        .map((choice) => chip(choice.label, () => change(chosen.filter((value) => value !== choice.value)))),
    );
    fill(
      adder,
      h("option", { value: "" }, textOf(element.placeholder) || "Add…"),
      menuOptions(choices.filter((choice) => !chosen.includes(choice.value))),
    );
    adder.disabled = Boolean(element.max_selected_items) && chosen.length >= element.max_selected_items;
  };
  adder.addEventListener("change", (event) => {
    event.stopPropagation();
    if (adder.value) change([...chosen, adder.value]);
  });
  draw();
  return readable(node, () => ({ type: element.type, ...fields() }));
}

export function chip(label, remove) {
  const cross = h(
    "button",
    { type: "button", class: "chip-remove", "aria-label": `Remove ${label}`, on: { click: remove } },
    icon("close"),
  );
  return h("span", { class: "chip" }, label, cross);
}
