/** Plans and task cards: as blocks, and as the chunks of a streamed message. */
import { h, link } from "./dom.js";
import { markdown } from "./markdown.js";
import { richText } from "./richtext.js";

const STATES = {
  pending: { word: "Not started", sign: "" },
  in_progress: { word: "In progress", sign: "" },
  complete: { word: "Done", sign: "✓" },
  error: { word: "Failed", sign: "!" },
};

export function plan(block, { surface }) {
  const tasks = block.tasks ?? [];
  const done = tasks.filter((task) => task.status === "complete").length;
  const count = h("span", { class: "plan-count" }, `${done} of ${tasks.length}`);
  const meter = h("progress", {
    max: Math.max(tasks.length, 1),
    "aria-label": `${done} of ${tasks.length} tasks done`,
  });
  meter.value = done;
  const list = h(
    "div",
    { class: "task-list", role: "list" },
    tasks.map((task) => taskNode(task, surface)),
  );
  return h(
    "section",
    { class: "plan", "aria-label": title(block.title) },
    h("div", { class: "plan-head" }, h("strong", {}, title(block.title)), count),
    meter,
    list,
  );
}

const title = (value) => (typeof value === "string" ? value : (value?.text ?? "Plan"));

export function taskCard(block, { surface }) {
  return h("div", { role: "list" }, taskNode(block, surface));
}

function taskNode(task, surface) {
  const id = task.task_id ?? task.id ?? title(task.title);
  const state = STATES[task.status] ? task.status : "pending";
  const sign = h(
    "span",
    { class: `task-sign ${state}`, role: "img", "aria-label": STATES[state].word, title: STATES[state].word },
    STATES[state].sign,
  );
  const inside = [
    part("task-details", task.details, surface.store),
    part("task-output", task.output, surface.store),
    sources(task.sources),
  ].filter(Boolean);
  const attributes = { class: `task ${state}`, role: "listitem", "data-task": id, "data-status": state };
  const name = h("span", { class: "task-title" }, title(task.title));
  if (!inside.length) return h("div", attributes, h("div", { class: "task-head" }, sign, name));
  return h(
    "div",
    attributes,
    foldable(h("summary", { class: "task-head" }, sign, name), inside, id, surface),
  );
}

/** What a person unfolded stays unfolded when the message is drawn again. */
function foldable(summary, inside, id, surface) {
  const { store, container } = surface;
  const key = `${container.channel ?? container.view_id}:${container.ts ?? ""}:${id}`;
  const node = h(
    "details",
    { open: store.expanded.has(key) },
    summary,
    h("div", { class: "task-inside" }, inside),
  );
  node.addEventListener("toggle", () => (node.open ? store.expanded.add(key) : store.expanded.delete(key)));
  return node;
}

/** Details and output: rich_text in blocks, Markdown in streamed chunks. */
function part(className, value, store) {
  if (!value) return null;
  return h(
    "div",
    { class: className },
    typeof value === "string" ? markdown(value, store) : richText(value, store),
  );
}

function sources(list) {
  if (!list?.length) return null;
  return h(
    "div",
    { class: "task-sources" },
    "Sources: ",
    list.map((source, index) => [index ? " · " : "", link(source.url, source.text || source.url)]),
  );
}

/** The present state of a streamed message: its tasks (under a plan title, or as a timeline), then its text. */
export function chunks(state, surface, streaming) {
  const nodes = [];
  if (state.plan_title || state.display === "plan")
    nodes.push(plan({ title: state.plan_title || "Plan", tasks: state.tasks }, { surface }));
  else if (state.tasks?.length)
    nodes.push(
      h(
        "div",
        { class: "task-list timeline", role: "list" },
        state.tasks.map((task) => taskNode(task, surface)),
      ),
    );
  if (state.text) nodes.push(h("div", { class: "markdown" }, markdown(state.text, surface.store)));
  if (streaming)
    nodes.push(
      h("span", { class: "typing", role: "status", "aria-label": "still writing" }, h("i"), h("i"), h("i")),
    );
  return nodes;
}
