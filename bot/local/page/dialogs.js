/** Dialogs, confirmations, menus and toasts. The browser's own dialog and popover hold the focus and answer Escape. */
import { freshId, h } from "./dom.js";
import { icon } from "./icons.js";
import { mrkdwn } from "./mrkdwn.js";

/** Opens a modal dialog around `body`; `onClose` runs once, however it was closed. */
export function openDialog({ title, body, footer, className = "", testId, onClose }) {
  const titleId = freshId("dialog");
  const close = h(
    "button",
    { class: "icon-button", type: "button", "aria-label": "Close", on: { click: () => dialog.close() } },
    icon("close"),
  );
  const head = h("header", { class: "dialog-head" }, h("h2", { id: titleId }, title), close);
  const dialog = h(
    "dialog",
    { class: `dialog ${className}`, "aria-labelledby": titleId, "data-testid": testId },
    head,
    body,
    footer,
  );
  dialog.addEventListener("close", () => {
    dialog.remove();
    onClose?.();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Asks a Block Kit confirm object; true for yes. */
export function confirmDialog(confirm, store) {
  return new Promise((resolve) => {
    const answer = (yes) => () => {
      chosen = yes;
      dialog.close();
    };
    let chosen = false;
    const style = confirm.style === "danger" ? "danger" : "primary";
    const deny = h(
      "button",
      { class: "button", type: "button", "data-testid": "confirm-deny", on: { click: answer(false) } },
      words(confirm.deny, "Cancel"),
    );
    const yes = h(
      "button",
      { class: `button ${style}`, type: "button", "data-testid": "confirm-yes", on: { click: answer(true) } },
      words(confirm.confirm, "Yes"),
    );
    const body = h(
      "div",
      { class: "dialog-body" },
      confirm.text?.type === "plain_text" ? confirm.text.text : mrkdwn(confirm.text?.text, store),
    );
    const footer = h("footer", { class: "dialog-foot" }, deny, yes);
    const dialog = openDialog({
      title: words(confirm.title, "Are you sure?"),
      body,
      footer,
      className: "small",
      testId: "confirm",
      onClose: () => resolve(chosen),
    });
    yes.focus();
  });
}

function words(text, fallback) {
  return typeof text === "string" ? text : (text?.text ?? fallback);
}

/** A short line at the bottom of the window; level is "info", "warning" or "error". */
export function toast(text, level = "info") {
  const box = document.getElementById("toasts");
  const line = h("div", { class: `toast ${level}`, "data-testid": "toast" }, text);
  box.append(line);
  if (box.matches(":popover-open")) box.hidePopover();
  box.showPopover(); // last shown lies on top, also over a dialog
  setTimeout(() => {
    line.remove();
    if (!box.children.length && box.matches(":popover-open")) box.hidePopover();
  }, 6000);
}

/** Waits for a gesture and says in a toast why it failed; the answer, or null. */
export async function said(promise) {
  try {
    return await promise;
  } catch (error) {
    toast(error.message, "error");
    return null;
  }
}

/** Asks for one line of text; null when the person thought better of it. */
export function askLine(title, label, value, maxLength) {
  return new Promise((resolve) => {
    let answer = null;
    const field = h("input", { class: "field", "aria-label": label, maxlength: maxLength, value });
    const done = (event) => {
      event.preventDefault();
      answer = field.value.trim();
      dialog.close();
    };
    const footer = h(
      "footer",
      { class: "dialog-foot" },
      h("button", { class: "button primary", type: "submit" }, "Save"),
    );
    const form = h("form", { on: { submit: done } }, h("div", { class: "dialog-body" }, field), footer);
    const dialog = openDialog({
      title,
      body: form,
      className: "small",
      testId: "ask",
      onClose: () => resolve(answer),
    });
    field.focus();
    field.select();
  });
}

/** A popover under an anchor; it closes by itself on Escape or a click elsewhere, and gives the focus back. */
export function openPopover(anchor, content, { className = "", role, label } = {}) {
  const box = h(
    "div",
    { class: `popover ${className}`, popover: "auto", role, "aria-label": label },
    content,
  );
  (anchor.closest("dialog") ?? document.body).append(box);
  box.addEventListener("toggle", (event) => {
    if (event.newState === "closed") leave(box, anchor);
  });
  anchor.setAttribute("aria-expanded", "true");
  box.showPopover();
  place(box, anchor);
  return box;
}

function leave(box, anchor) {
  const held = box.contains(document.activeElement) || document.activeElement === document.body;
  box.remove();
  anchor.setAttribute("aria-expanded", "false");
  if (held && anchor.isConnected) anchor.focus();
}

function place(box, anchor) {
  const near = anchor.getBoundingClientRect();
  const size = box.getBoundingClientRect();
  const below = near.bottom + 4 + size.height <= innerHeight;
  const top = below ? near.bottom + 4 : Math.max(8, near.top - size.height - 4);
  box.style.setProperty("top", `${top}px`);
  box.style.setProperty("left", `${Math.max(8, Math.min(near.left, innerWidth - size.width - 8))}px`);
}

/** A menu of `{label, detail?, danger?, pick}`; arrows move, Enter picks. */
export function openMenu(anchor, items, label) {
  const buttons = items.map((item) =>
    menuItem(item, () => {
      menu.hidePopover();
      item.pick();
    }),
  );
  const menu = openPopover(anchor, h("div", { class: "menu" }, buttons), { role: "menu", label });
  menu.addEventListener("keydown", (event) => moveBy(event, buttons));
  buttons[0]?.focus();
  return menu;
}

function menuItem(item, pick) {
  const attributes = {
    class: item.danger ? "menu-item danger" : "menu-item",
    type: "button",
    role: "menuitem",
    "data-value": item.value,
    on: { click: pick },
  };
  return h("button", attributes, h("span", {}, item.label), item.detail ? h("small", {}, item.detail) : null);
}

/** Arrow keys, Home and End along a list of focusable nodes. */
export function moveBy(event, nodes) {
  const at = nodes.indexOf(document.activeElement);
  const targets = {
    ArrowDown: at + 1,
    ArrowUp: at < 0 ? nodes.length - 1 : at - 1,
    Home: 0,
    End: nodes.length - 1,
  };
  if (!(event.key in targets) || !nodes.length) return;
  event.preventDefault();
  nodes[(targets[event.key] + nodes.length) % nodes.length].focus();
}
