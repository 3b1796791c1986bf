/** Modals: a stack of views in one dialog, their fields, errors and buttons. */
import { fill, freshId, h } from "./dom.js";
import { api } from "./api.js";
import { drawBlocks } from "./blocks.js";
import { toast } from "./dialogs.js";
import { checkField } from "./fields.js";
import { icon } from "./icons.js";
import { collect, Surface } from "./surface.js";
import { textOf } from "./text.js";

export class Modals {
  constructor(app) {
    Object.assign(this, { app, store: app.store, stack: [], dialog: null });
    this.store.on("view", (event) => this.apply(event));
  }

  get top() {
    return this.stack.at(-1);
  }

  /** The workspace says what is open; the page follows. */
  apply({ op, view }) {
    this.keepValues();
    if (op === "open") this.stack = [{ view, values: view.state?.values ?? {} }];
    if (op === "push") this.stack = [...this.stack, { view, values: view.state?.values ?? {} }];
    if (op === "update") this.update(view);
    if (op === "close") this.stack = this.stack.filter((entry) => entry.view.id !== view.id);
    this.draw();
  }

  update(view) {
    const entry = this.stack.find((known) => known.view.id === view.id);
    if (entry)
      entry.view = view; // what was typed stays where block and action ids stay
    else this.stack = [...this.stack, { view, values: view.state?.values ?? {} }];
  }

  keepValues() {
    if (this.top && this.body) this.top.values = collect(this.body);
  }

  clear() {
    this.stack = [];
    this.draw();
  }

  draw() {
    if (!this.top) return this.shut();
    const focus = this.focusMark();
    const { view, values } = this.top;
    const surface = new Surface(this.store, { type: "view", view_id: view.id }, values);
    Object.assign(surface, { place: "modal", channel: this.app.channel });
    this.body = h("div", { class: "dialog-body modal-body" }, drawBlocks(view.blocks, surface));
    surface.root = this.body;
    const fresh = !this.dialog;
    this.ensureDialog();
    fill(this.form, this.head(view), this.body, this.foot(view));
    if (fresh) this.dialog.showModal();
    this.focusOn(view.id, focus);
    return this.dialog;
  }

  ensureDialog() {
    if (this.dialog) return;
    this.titleId = freshId("modal");
    this.form = h("form", {
      class: "modal-form",
      novalidate: true,
      on: {
        submit: (event) => {
          event.preventDefault();
          this.submit();
        },
      },
    });
    this.dialog = h(
      "dialog",
      { class: "dialog modal", "data-testid": "modal", "aria-labelledby": this.titleId },
      this.form,
    );
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.close();
    });
    document.body.append(this.dialog);
  }

  head(view) {
    const deeper = this.stack.length > 1;
    const label = deeper ? "Back" : "Close";
    const close = h(
      "button",
      {
        class: "icon-button",
        type: "button",
        "aria-label": label,
        title: label,
        "data-testid": "modal-x",
        on: { click: () => this.close() },
      },
      icon(deeper ? "back" : "close"),
    );
    const title = h("h2", { id: this.titleId }, textOf(view.title));
    return h("header", { class: "dialog-head" }, deeper ? [close, title] : [title, close]);
  }

  foot(view) {
    const close = h(
      "button",
      { class: "button", type: "button", "data-testid": "modal-close", on: { click: () => this.close() } },
      textOf(view.close) || (view.submit ? "Cancel" : "Close"),
    );
    const submit = view.submit
      ? h(
          "button",
          {
            class: "button primary",
            type: "submit",
            "data-testid": "modal-submit",
            disabled: view.submit_disabled === true,
          },
          textOf(view.submit),
        )
      : null;
    return h("footer", { class: "dialog-foot" }, close, submit);
  }

  focusMark() {
    const active = document.activeElement;
    const owner = active?.closest?.("[data-action-id]");
    return owner && this.body?.contains(owner)
      ? { view: this.shown, action: owner.dataset.actionId, block: owner.dataset.blockId }
      : null;
  }

  /** The field that had the focus keeps it over an update; a new view begins at its first field. */
  focusOn(viewId, mark) {
    const again =
      mark?.view === viewId
        ? [...this.body.querySelectorAll("[data-action-id]")].find(
            (node) => node.dataset.actionId === mark.action && node.dataset.blockId === mark.block,
          )
        : null;
    const first =
      this.body.querySelector("[data-focus]") ??
      this.body.querySelector("input, textarea, select, button") ??
      this.form.querySelector(".dialog-foot button");
    this.shown = viewId;
    (again ?? first)?.focus();
  }

  async submit() {
    const { view } = this.top;
    const wrong = this.check();
    if (Object.keys(wrong).length) return this.showErrors(wrong);
    const values = collect(this.body);
    this.busy(true);
    try {
      const answer = await api.submit({ user: this.store.me, view_id: view.id, state: { values } });
      if (answer.errors) this.showErrors(answer.errors);
    } catch (error) {
      toast(error.message, "error");
    } finally {
      this.busy(false);
    }
    return undefined;
  }

  busy(on) {
    const button = this.form?.querySelector("[data-testid=modal-submit]");
    if (!button) return;
    button.disabled = on || this.top?.view.submit_disabled === true;
    button.setAttribute("aria-busy", String(on));
  }

  check() {
    const found = {};
    for (const block of this.body.querySelectorAll(".input-block")) {
      const sentence = checkField(block);
      if (sentence) found[block.dataset.blockId] = sentence;
    }
    return found;
  }

  /** Puts each sentence under its field and goes to the first; other errors are said in a toast. */
  showErrors(errors) {
    for (const block of this.body.querySelectorAll(".input-block"))
      markField(block, errors[block.dataset.blockId]);
    const lost = Object.entries(errors).filter(
      ([blockId]) => !this.body.querySelector(`.input-block[data-block-id="${CSS.escape(blockId)}"]`),
    );
    for (const [blockId, sentence] of lost) toast(`${blockId}: ${sentence}`, "error");
    this.body.querySelector("[aria-invalid=true]")?.focus();
  }

  async close() {
    const { view } = this.top;
    this.apply({ op: "close", view });
    try {
      await api.close({ user: this.store.me, view_id: view.id });
    } catch (error) {
      toast(error.message, "warning");
    }
  }

  shut() {
    this.dialog?.close();
    this.dialog?.remove();
    Object.assign(this, { dialog: null, body: null, form: null });
  }
}

function markField(block, sentence) {
  const box = block.querySelector(".field-error");
  const field = block.querySelector("input, textarea, select");
  box.id ||= freshId("error");
  fill(box, sentence ?? "");
  box.hidden = !sentence;
  if (sentence) {
    field?.setAttribute("aria-invalid", "true");
    field?.setAttribute("aria-describedby", box.id);
  } else {
    field?.removeAttribute("aria-invalid");
    field?.removeAttribute("aria-describedby");
  }
}
