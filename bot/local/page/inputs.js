/** Fields to type into: text, number, e-mail, address, dates and times, rich text, files. */
import { fill, h } from "./dom.js";
import { api } from "./api.js";
import { toast } from "./dialogs.js";
import { readable } from "./surface.js";
import { chip } from "./selects.js";
import { textOf } from "./text.js";
import { readMarks, writeMarks } from "./marks.js";

const TYPES = { email_text_input: "email", url_text_input: "url", plain_text_input: "text" };

export function textInput(element, { blockId, surface, dispatches, labelId }) {
  const given = surface.entered(blockId, element.action_id);
  const shared = {
    class: "field",
    placeholder: textOf(element.placeholder) || undefined,
    "aria-labelledby": labelId,
    minlength: element.min_length,
    maxlength: element.max_length,
    "data-focus": element.focus_on_load === true,
  };
  const node = element.multiline
    ? h("textarea", { ...shared, rows: "4" })
    : h("input", { ...shared, type: TYPES[element.type] ?? "text", ...numeric(element) });
  node.value = (given ? given.value : element.initial_value) ?? "";
  const fields = () => ({ value: node.value === "" ? null : node.value });
  if (dispatches) dispatchText(node, element, () => surface.act(element, blockId, fields(), node));
  return readable(node, () => ({ type: element.type, ...fields() }));
}

function numeric(element) {
  if (element.type !== "number_input") return {};
  return {
    inputmode: element.is_decimal_allowed ? "decimal" : "numeric",
    "data-min": element.min_value,
    "data-max": element.max_value,
    "data-decimal": String(Boolean(element.is_decimal_allowed)),
  };
}

function dispatchText(node, element, send) {
  const when = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  if (when.includes("on_enter_pressed")) {
    node.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        send();
      }
    });
  }
  if (when.includes("on_character_entered")) node.addEventListener("input", send);
}

const DATES = {
  datepicker: { type: "date", field: "selected_date", initial: "initial_date" },
  timepicker: { type: "time", field: "selected_time", initial: "initial_time" },
  datetimepicker: { type: "datetime-local", field: "selected_date_time", initial: "initial_date_time" },
};

export function dateInput(element, { blockId, surface, dispatches, labelId }) {
  const kind = DATES[element.type];
  const given = surface.entered(blockId, element.action_id);
  const first = given ? given[kind.field] : element[kind.initial];
  const node = h("input", {
    class: "field date-field",
    type: kind.type,
    "aria-labelledby": labelId,
    "aria-label": labelId ? undefined : textOf(element.placeholder) || kind.type,
  });
  node.value = kind.type === "datetime-local" && first ? localStamp(first) : (first ?? "");
  const fields = () => ({ [kind.field]: answerOf(kind, node.value) });
  if (dispatches) node.addEventListener("change", () => surface.act(element, blockId, fields(), node));
  return readable(node, () => ({ type: element.type, ...fields() }));
}

function answerOf(kind, value) {
  if (!value) return null;
  return kind.type === "datetime-local" ? Math.floor(new Date(value).getTime() / 1000) : value;
}

/** Seconds since 1970 as the local "YYYY-MM-DDTHH:MM" that the browser's field wants. */
function localStamp(seconds) {
  const date = new Date(seconds * 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Rich text typed with *bold*, _italic_, ~strike~, `code` and "- " lists. */
export function richInput(element, { blockId, surface, dispatches, labelId }) {
  const given = surface.entered(blockId, element.action_id);
  const first = given ? given.rich_text_value : element.initial_value;
  const node = h("textarea", {
    class: "field",
    rows: "5",
    "aria-labelledby": labelId,
    placeholder: textOf(element.placeholder) || undefined,
    title: "*bold*  _italic_  ~strike~  `code`  - list",
    "data-focus": element.focus_on_load === true,
  });
  node.value = first ? writeMarks(first) : "";
  const fields = () => ({ rich_text_value: node.value.trim() ? readMarks(node.value) : null });
  if (dispatches)
    dispatchText(node, { dispatch_action_config: element.dispatch_action_config }, () =>
      surface.act(element, blockId, fields(), node),
    );
  return readable(node, () => ({ type: element.type, ...fields() }));
}

/** Files go up as soon as they are chosen; the answer holds their ids. */
export function fileInput(element, { blockId, surface, labelId }) {
  let files = surface.entered(blockId, element.action_id)?.files ?? [];
  const accept = (element.filetypes ?? []).map((type) => `.${type}`).join(",") || undefined;
  const picker = h("input", {
    class: "field",
    type: "file",
    accept,
    multiple: (element.max_files ?? 10) > 1,
    "aria-labelledby": labelId,
  });
  const chips = h("span", { class: "chips" });
  const draw = () =>
    fill(
      chips,
      files.map((file) =>
        chip(file.name, () => {
          files = files.filter((other) => other !== file);
          draw();
        }),
      ),
    );
  const node = h("div", { class: "file-input", "data-owner": true }, picker, chips);
  picker.addEventListener("change", async () => {
    const room = Math.max(0, (element.max_files ?? 10) - files.length);
    files = [...files, ...(await uploadAll([...picker.files].slice(0, room), surface, node))];
    picker.value = "";
    draw();
  });
  draw();
  return readable(node, () => ({ type: element.type, files }));
}

async function uploadAll(chosen, surface, node) {
  const done = [];
  node.setAttribute("aria-busy", "true");
  for (const file of chosen) {
    try {
      const { file_id: id, ...rest } = await api.upload(surface.store.me, surface.channel, file);
      done.push({ id, ...rest });
    } catch (error) {
      toast(error.message, "error");
    }
  }
  node.removeAttribute("aria-busy");
  return done;
}
