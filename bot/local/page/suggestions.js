/** The list that opens while a person types @name, #channel, :emoji or /command. */
import { fill, freshId, h } from "./dom.js";
import { userFace } from "./avatar.js";
import { find, shown } from "./emoji.js";
import { nameOf } from "./store.js";

const MOST = 8;
const TRIGGER = /(?:^|[\s(])([@#:])([\w.'+-]*)$/;

export class Suggestions {
  constructor(field, store, onInsert) {
    Object.assign(this, { field, store, onInsert, found: [], at: 0 });
    const id = freshId("suggestions");
    this.node = h("ul", {
      class: "suggestions",
      id,
      role: "listbox",
      "aria-label": "Suggestions",
      "data-testid": "suggestions",
      hidden: true,
    });
    this.node.addEventListener("mousedown", (event) => event.preventDefault()); // keeps the focus in the field
    field.setAttribute("aria-controls", id);
  }

  /** Looks at the word before the caret and shows what could complete it. */
  look() {
    const before = this.field.value.slice(0, this.field.selectionStart);
    this.found = this.candidates(before);
    this.at = 0;
    if (this.found.length && document.activeElement === this.field) this.show();
    else this.hide();
  }

  candidates(before) {
    if (/^\/[\w-]*$/.test(before)) return this.commands(before);
    const [, sign, word] = TRIGGER.exec(before) ?? [];
    if (sign === "@") return this.people(word);
    if (sign === "#") return this.channels(word);
    return sign === ":" && word.length > 1 ? this.emoji(word) : [];
  }

  people(word) {
    const wanted = word.toLowerCase();
    const score = (user) => (nameOf(user).toLowerCase().startsWith(wanted) ? 0 : 1);
    return [...this.store.users.values()]
      .filter(
        (user) =>
          !user.deleted &&
          `${user.name} ${user.real_name}`
            .toLowerCase()
            .split(/\s+/)
            .some((part) => part.startsWith(wanted)),
      )
      .sort((left, right) => Number(right.is_bot) - Number(left.is_bot) || score(left) - score(right))
      .slice(0, MOST)
      .map((user) => ({
        cut: word.length + 1,
        text: `@${nameOf(user)} `,
        sign: userFace(user, "avatar tiny"),
        label: nameOf(user),
        detail: user.title,
      }));
  }

  channels(word) {
    return [...this.store.channels.values()]
      .filter((channel) => !channel.is_im && channel.name.startsWith(word.toLowerCase()))
      .slice(0, MOST)
      .map((channel) => ({
        cut: word.length + 1,
        text: `#${channel.name} `,
        sign: "#",
        label: channel.name,
        detail: channel.topic,
      }));
  }

  emoji(word) {
    return find(word, MOST).map((name) => ({
      cut: word.length + 1,
      text: `${shown(name)} `,
      sign: shown(name),
      label: `:${name}:`,
      detail: "",
    }));
  }

  commands(before) {
    return this.store.commands
      .filter((command) => command.command.startsWith(before))
      .slice(0, MOST)
      .map((command) => ({
        cut: before.length,
        text: `${command.command} `,
        sign: "/",
        label: `${command.command} ${command.usage_hint ?? ""}`,
        detail: command.description,
      }));
  }

  show() {
    fill(
      this.node,
      this.found.map((choice, index) => this.row(choice, index)),
    );
    this.node.hidden = false;
    this.field.setAttribute("aria-expanded", "true");
    this.mark();
  }

  row(choice, index) {
    const words = h(
      "span",
      {},
      h("strong", {}, choice.label),
      choice.detail ? h("small", {}, choice.detail) : null,
    );
    return h(
      "li",
      {
        id: `${this.node.id}-${index}`,
        role: "option",
        class: "suggestion",
        on: { click: () => this.pick(index) },
      },
      h("span", { class: "suggestion-sign" }, choice.sign),
      words,
    );
  }

  mark() {
    [...this.node.children].forEach((row, index) =>
      row.setAttribute("aria-selected", String(index === this.at)),
    );
    this.field.setAttribute("aria-activedescendant", `${this.node.id}-${this.at}`);
  }

  hide() {
    this.node.hidden = true;
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
  }

  /** True when the key was for the list. */
  key(event) {
    if (this.node.hidden) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const picks = event.key === "Tab" || (event.key === "Enter" && !event.shiftKey);
    if (!step && !picks && event.key !== "Escape") return false;
    event.preventDefault();
    event.stopPropagation();
    if (step) {
      this.at = (this.at + step + this.found.length) % this.found.length;
      this.mark();
    } else if (picks) this.pick(this.at);
    else this.hide();
    return true;
  }

  pick(index) {
    const choice = this.found[index];
    const caret = this.field.selectionStart;
    this.field.setRangeText(choice.text, caret - choice.cut, caret, "end");
    this.field.focus();
    this.onInsert();
    this.hide();
  }
}
