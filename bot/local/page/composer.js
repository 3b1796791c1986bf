/** The message box: mentions, emoji, files, slash commands. Enter sends, Shift+Enter makes a new line. */
import { fill, h } from "./dom.js";
import { api } from "./api.js";
import { toast } from "./dialogs.js";
import { icon, iconButton } from "./icons.js";
import { encode } from "./mentions.js";
import { pickEmoji } from "./picker.js";
import { shown } from "./emoji.js";
import { chip } from "./selects.js";
import { Suggestions } from "./suggestions.js";

const LONGEST_FIELD_PX = 260;

export class Composer {
  /** `target()` answers {channel, thread_ts?}: where a message goes. */
  constructor({ store, testId, target }) {
    Object.assign(this, { store, target, files: [], drafts: new Map() });
    this.field = h("textarea", {
      id: testId,
      class: "composer-field",
      rows: "1",
      "data-testid": testId,
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-label": "Message",
      autocomplete: "off",
    });
    this.suggestions = new Suggestions(this.field, store, () => this.changed());
    this.picker = h("input", {
      type: "file",
      multiple: true,
      hidden: true,
      "data-testid": `${testId}-file`,
      on: { change: () => this.attachPicked() },
    });
    this.chips = h("div", { class: "chips composer-chips" });
    this.sendButton = h(
      "button",
      {
        type: "submit",
        class: "send",
        "aria-label": "Send",
        title: "Send (Enter)",
        "data-testid": "send",
        disabled: true,
      },
      icon("send"),
    );
    this.node = h(
      "form",
      {
        class: "composer",
        on: {
          submit: (event) => {
            event.preventDefault();
            this.send();
          },
        },
      },
      this.suggestions.node,
      h("div", { class: "composer-box" }, this.chips, this.field, this.bar()),
    );
    this.listen();
  }

  bar() {
    return h(
      "div",
      { class: "composer-bar" },
      this.picker,
      iconButton("Attach files", "clip", () => this.picker.click()),
      iconButton("Insert emoji", "smile", (button) => pickEmoji(button, (name) => this.insert(shown(name)))),
      iconButton("Mention someone", "at", () => this.insert(/\S$/.test(this.before()) ? " @" : "@")),
      h(
        "span",
        { class: "composer-hint", "aria-hidden": "true" },
        h("b", {}, "Enter"),
        " to send · ",
        h("b", {}, "Shift+Enter"),
        " new line",
      ),
      this.sendButton,
    );
  }

  listen() {
    this.field.addEventListener("input", () => this.changed());
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.field.addEventListener("blur", () => this.suggestions.hide());
    this.field.addEventListener("paste", (event) => this.paste(event));
    for (const name of ["dragenter", "dragover"])
      this.node.addEventListener(name, (event) => {
        event.preventDefault();
        this.node.classList.add("dropping");
      });
    this.node.addEventListener("dragleave", () => this.node.classList.remove("dropping"));
    this.node.addEventListener("drop", (event) => {
      event.preventDefault();
      this.node.classList.remove("dropping");
      this.attach(event.dataTransfer.files);
    });
  }

  /** Shows the draft of the place that is open now. */
  turnTo(label) {
    if (this.draftKey !== undefined) this.drafts.set(this.draftKey, this.field.value);
    const { channel, thread_ts: thread } = this.target();
    this.draftKey = `${channel}:${thread ?? ""}`;
    this.field.value = this.drafts.get(this.draftKey) ?? "";
    this.field.placeholder = label;
    this.field.setAttribute("aria-label", label);
    this.files = [];
    this.changed();
  }

  changed() {
    this.suggestions.look();
    this.field.style.setProperty("height", "auto");
    this.field.style.setProperty("height", `${Math.min(this.field.scrollHeight, LONGEST_FIELD_PX)}px`);
    this.sendButton.disabled = this.sending === true || (!this.field.value.trim() && !this.files.length);
    fill(
      this.chips,
      this.files.map((file) =>
        chip(file.name, () => {
          this.files = this.files.filter((other) => other !== file);
          this.changed();
        }),
      ),
    );
  }

  key(event) {
    if (event.isComposing || this.suggestions.key(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.send();
    }
  }

  before() {
    return this.field.value.slice(0, this.field.selectionStart);
  }

  insert(text) {
    this.field.focus();
    this.field.setRangeText(text, this.field.selectionStart, this.field.selectionEnd, "end");
    this.changed();
  }

  paste(event) {
    if (!event.clipboardData?.files.length) return;
    event.preventDefault();
    this.attach(event.clipboardData.files);
  }

  attachPicked() {
    this.attach(this.picker.files).finally(() => {
      this.picker.value = "";
    });
  }

  /** Uploads at once, so that a refusal is known before the message goes. */
  async attach(list) {
    const { channel } = this.target();
    this.node.setAttribute("aria-busy", "true");
    for (const file of [...list]) {
      try {
        const { file_id: id, name } = await api.upload(this.store.me, channel, file);
        this.files.push({ id, name: name ?? file.name });
      } catch (error) {
        toast(`${file.name}: ${error.message}`, "error");
      }
    }
    this.node.removeAttribute("aria-busy");
    this.changed();
  }

  async send() {
    const text = this.field.value.trim();
    if (this.sending || (!text && !this.files.length)) return;
    this.sending = true;
    const kept = { value: this.field.value, files: this.files };
    Object.assign(this, { files: [] });
    this.field.value = "";
    this.changed();
    try {
      await this.deliver(text, kept.files);
    } catch (error) {
      toast(error.message, "error");
      this.field.value = kept.value + this.field.value;
      this.files = [...kept.files, ...this.files];
    } finally {
      this.sending = false;
      this.changed();
    }
  }

  deliver(text, files) {
    const { channel, thread_ts: thread } = this.target();
    const shared = { user: this.store.me, channel, ...(thread ? { thread_ts: thread } : {}) };
    const command = /^\/[\w-]+/.exec(text)?.[0];
    if (!command)
      return api.send({
        ...shared,
        text: encode(text, this.store),
        ...(files.length ? { file_ids: files.map((file) => file.id) } : {}),
      });
    if (!this.store.commands.some((known) => known.command === command))
      throw new Error(`${command} is not a command here. Type / to see those that are.`);
    return api.command({ ...shared, text: encode(text, this.store) });
  }

  focus() {
    this.field.focus();
  }
}
