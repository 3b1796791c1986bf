/** A drawer with the traffic between app and workspace: every call and delivery, with its JSON. */
import { fill, h } from "./dom.js";
import { api } from "./api.js";
import { toast } from "./dialogs.js";
import { icon } from "./icons.js";
import { drawJson } from "./json.js";
import { clock } from "./time.js";

const KEPT = 600;

export class Inspector {
  constructor(app, node) {
    Object.assign(this, { app, node, store: app.store, entries: new Map(), rows: new Map() });
    this.search = h("input", {
      class: "field",
      type: "search",
      placeholder: "Filter by name",
      "aria-label": "Filter by name",
      on: { input: () => this.draw() },
    });
    this.rowsNode = h("div", { class: "traffic", role: "list" });
    const clear = h(
      "button",
      {
        type: "button",
        class: "button small",
        on: {
          click: () => {
            this.entries.clear();
            this.draw();
          },
        },
      },
      "Clear",
    );
    const close = h(
      "button",
      {
        type: "button",
        class: "icon-button",
        "aria-label": "Close inspector",
        on: { click: app.toggleInspector },
      },
      icon("close"),
    );
    fill(
      node,
      h("header", { class: "inspector-head" }, h("h2", {}, "Traffic"), this.search, clear, close),
      this.rowsNode,
    );
    this.store.on("traffic", (entry) => this.add(entry));
  }

  async toggle() {
    this.node.hidden = !this.node.hidden;
    if (this.node.hidden) return;
    this.search.focus();
    try {
      const last = Math.max(0, ...this.entries.keys());
      const { entries } = await api.traffic(last);
      for (const entry of entries.slice(-KEPT)) this.entries.set(entry.n, entry);
      this.draw();
    } catch (error) {
      toast(error.message, "error");
    }
  }

  add(entry) {
    this.entries.set(entry.n, entry);
    if (this.entries.size > KEPT) this.entries.delete(this.entries.keys().next().value);
    if (!this.node.hidden) this.draw();
  }

  draw() {
    const wanted = this.search.value.trim().toLowerCase();
    const shown = [...this.entries.values()]
      .filter((entry) => entry.name.toLowerCase().includes(wanted))
      .sort((left, right) => right.n - left.n);
    const next = new Map(shown.map((entry) => [entry.n, this.rows.get(entry.n) ?? row(entry)]));
    this.rows = next;
    fill(this.rowsNode, next.size ? [...next.values()] : h("p", { class: "quiet" }, "No traffic yet."));
  }
}

function row(entry) {
  const out = entry.direction === "bot->slack";
  const head = h(
    "summary",
    {},
    h(
      "span",
      { class: `way ${out ? "out" : "in"}`, title: entry.direction },
      out ? "app → Slack" : "Slack → app",
    ),
    h("strong", {}, entry.name),
    h("span", { class: entry.ok ? "fine" : "failed" }, entry.ok ? "ok" : entry.error || "failed"),
    h("time", { class: "quiet" }, clock(entry.at)),
  );
  const node = h("details", { class: "entry", role: "listitem", "data-entry": entry.n }, head);
  node.addEventListener("toggle", () => {
    if (node.open && !node.querySelector(".pair")) node.append(pair(entry));
  });
  return node;
}

function pair(entry) {
  return h(
    "div",
    { class: "pair" },
    h("h3", {}, "Request"),
    drawJson(entry.request),
    h("h3", {}, "Response"),
    drawJson(entry.response),
  );
}
