/** One message: author, body, files, reactions, replies, and the toolbar that shows on hover or focus. */
import { fill, h } from "./dom.js";
import { api } from "./api.js";
import { authorOf, userFace } from "./avatar.js";
import { drawBlocks } from "./blocks.js";
import { confirmDialog, openMenu, said } from "./dialogs.js";
import { QUICK_REACTIONS, shown } from "./emoji.js";
import { fileCards } from "./files.js";
import { icon } from "./icons.js";
import { decode, encode } from "./mentions.js";
import { mrkdwn } from "./mrkdwn.js";
import { pickEmoji } from "./picker.js";
import { collect, Surface } from "./surface.js";
import { chunks } from "./tasks.js";
import { isReply, threadKey } from "./store.js";
import { ago, clock, fullTime } from "./time.js";

/**
 * Draws a message. `place` ("channel" or "thread") keeps ids apart when one message stands in both;
 * `compact` hides the author; `values` are what a person had entered into it before a redraw.
 */
export function drawMessage(message, { store, channel, place, compact = false, openThread, values }) {
  const surface = new Surface(store, { type: "message", channel, ts: message.ts }, values);
  surface.place = `${place}-${message.ts}`;
  const author = authorOf(message, store);
  const body = h("div", { class: "message-body" }, bodyNodes(message, surface));
  const side = compact
    ? h("time", { class: "side-time", title: fullTime(message.ts) }, clock(message.ts))
    : author.picture();
  const main = h(
    "div",
    { class: "message-main" },
    compact ? null : headLine(message, author),
    privateNote(message, channel, store),
    body,
    fileCards(message.files, store),
    reactionRow(message, channel, store),
    place === "channel" ? replyRow(message, channel, store, openThread) : null,
  );
  const node = h(
    "article",
    {
      class: classesOf(message, compact),
      "data-testid": "message",
      "data-ts": message.ts,
      tabindex: "-1",
      "aria-label": `${author.name}, ${clock(message.ts)}`,
    },
    h("div", { class: "message-side" }, side),
    main,
    message.ephemeral ? null : toolbar(message, { store, channel, place, openThread }),
  );
  surface.root = node;
  node.surface = surface;
  return node;
}

function classesOf(message, compact) {
  return ["message", compact && "compact", message.ephemeral && "ephemeral", message.streaming && "streaming"]
    .filter(Boolean)
    .join(" ");
}

function headLine(message, author) {
  const badge = author.isApp ? h("span", { class: "badge" }, "APP") : null;
  return h(
    "div",
    { class: "message-head" },
    h("strong", { class: "author" }, author.name),
    badge,
    h("time", { title: fullTime(message.ts) }, clock(message.ts)),
  );
}

function privateNote(message, channel, store) {
  if (!message.ephemeral) return null;
  const dismiss = h(
    "button",
    {
      type: "button",
      class: "text-button",
      on: { click: () => said(api.remove({ user: store.me, channel, ts: message.ts })) },
    },
    "Dismiss",
  );
  return h("div", { class: "only-you" }, icon("eye"), "Only visible to you", dismiss);
}

function bodyNodes(message, surface) {
  const { store } = surface;
  const edited = message.edited ? h("span", { class: "edited" }, " (edited)") : null;
  const streamed = message.chunks ? chunks(message.chunks, surface, message.streaming) : [];
  const blocks = drawBlocks(message.blocks, surface);
  if (streamed.length || blocks.length) return [...streamed, ...blocks, edited];
  return [h("div", { class: "text" }, mrkdwn(message.text, store), edited)];
}

/** What a person had entered into a drawn message, to hand to its next drawing. */
export const enteredIn = (node) => collect(node);

function reactionRow(message, channel, store) {
  if (!message.reactions?.length) return null;
  const pill = (reaction) => {
    const mine = reaction.users?.includes(store.me);
    const names = (reaction.users ?? []).map((id) => store.userName(id) ?? id).join(", ");
    return h(
      "button",
      {
        type: "button",
        class: `reaction${mine ? " mine" : ""}`,
        "aria-pressed": String(Boolean(mine)),
        title: `${names} reacted with :${reaction.name}:`,
        "data-reaction": reaction.name,
        on: { click: () => react(message, channel, store, reaction.name, !mine) },
      },
      h("span", {}, shown(reaction.name)),
      h("span", { class: "count" }, reaction.count ?? reaction.users?.length ?? 1),
    );
  };
  return h("div", { class: "reactions" }, message.reactions.map(pill));
}

function react(message, channel, store, name, add) {
  return said(api.react({ user: store.me, channel, ts: message.ts, name, add }));
}

function replyRow(message, channel, store, openThread) {
  const status = workLine(store, channel, message.ts);
  if (!message.reply_count) return status ? h("div", { class: "reply-row" }, status) : null;
  const authors = new Set(
    (message.reply_users ?? []).map((id) => store.users.get(id) ?? store.users.get(store.bot.user_id)),
  );
  const faces = [...authors]
    .filter(Boolean)
    .slice(0, 3)
    .map((user) => userFace(user, "avatar tiny"));
  const count = h(
    "span",
    { class: "reply-count" },
    message.reply_count === 1 ? "1 reply" : `${message.reply_count} replies`,
  );
  const last = message.latest_reply
    ? h("span", { class: "quiet last-reply" }, `Last reply ${ago(message.latest_reply)}`)
    : null;
  return h(
    "div",
    { class: "reply-row" },
    h(
      "button",
      {
        type: "button",
        class: "replies",
        "data-testid": "replies",
        on: { click: () => openThread(message.ts) },
      },
      faces,
      count,
      last,
    ),
    status,
  );
}

/** "Baton is planning…" beside a thread that is being worked on. */
export function workLine(store, channel, ts) {
  const text = statusText(store, channel, ts);
  return text
    ? h(
        "span",
        { class: "work-line" },
        h("span", { class: "typing small", "aria-hidden": "true" }, h("i"), h("i"), h("i")),
        text,
      )
    : null;
}

export function statusText(store, channel, ts) {
  const key = threadKey(channel, ts);
  const said = store.statuses.get(key);
  const name = store.bot.name ?? "The app";
  if (said) return /^(is|are)\b/.test(said) ? `${name} ${said}` : said;
  return store.sessions.get(key)?.status === "processing" ? `${name} is working…` : "";
}

function toolbar(message, { store, channel, place, openThread }) {
  const quick = QUICK_REACTIONS.map((name) =>
    tool(`React with ${name}`, shown(name), () => react(message, channel, store, name, true)),
  );
  const more = tool("Add reaction", icon("smile"), (button) =>
    pickEmoji(button, (name) => react(message, channel, store, name, true)),
  );
  const reply =
    place === "channel" && !isReply(message)
      ? tool("Reply in thread", icon("reply"), () => openThread(message.ts, true), "reply")
      : null;
  const menu = tool(
    "More actions",
    icon("more"),
    (button) => openMenu(button, menuItems(message, { store, channel }, button), "Message actions"),
    "message-menu",
  );
  return h(
    "div",
    { class: "toolbar", role: "toolbar", "aria-label": "Message actions" },
    quick,
    more,
    reply,
    menu,
  );
}

function tool(label, content, act, testId) {
  const button = h(
    "button",
    { type: "button", class: "icon-button", "aria-label": label, title: label, "data-testid": testId },
    content,
  );
  button.addEventListener("click", () => act(button));
  return button;
}

function menuItems(message, { store, channel }, anchor) {
  const shortcuts = store.shortcuts
    .filter((shortcut) => shortcut.type === "message")
    .map((shortcut) => ({
      label: shortcut.name,
      detail: store.bot.name,
      value: shortcut.callback_id,
      pick: () =>
        said(api.shortcut({ user: store.me, callback_id: shortcut.callback_id, channel, ts: message.ts })),
    }));
  const copy = {
    label: "Copy text",
    pick: () => said(navigator.clipboard.writeText(decode(message.text ?? "", store))),
  };
  if (message.user !== store.me || message.bot_id) return [...shortcuts, copy];
  const edit = {
    label: "Edit message",
    pick: () => startEdit(anchor.closest(".message"), message, channel, store),
  };
  const remove = {
    label: "Delete message",
    danger: true,
    pick: () => confirmDelete(message, channel, store),
  };
  return [...shortcuts, copy, edit, remove];
}

async function confirmDelete(message, channel, store) {
  const question = {
    title: "Delete message",
    text: { type: "plain_text", text: "Delete this message for everyone?" },
    confirm: "Delete",
    deny: "Keep",
    style: "danger",
  };
  if (await confirmDialog(question, store))
    await said(api.remove({ user: store.me, channel, ts: message.ts }));
}

function startEdit(node, message, channel, store) {
  const body = node.querySelector(".message-body");
  const before = [...body.childNodes];
  const field = h("textarea", { class: "field", rows: "3", "aria-label": "Edit message" });
  field.value = decode(message.text ?? "", store);
  const stop = () => {
    fill(body, before);
    node.focus();
  };
  const save = async () => {
    if (await said(api.edit({ user: store.me, channel, ts: message.ts, text: encode(field.value, store) })))
      stop();
  };
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      stop();
    }
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      save();
    }
  });
  const cancel = h("button", { type: "button", class: "button small", on: { click: stop } }, "Cancel");
  fill(
    body,
    h(
      "div",
      { class: "edit-box" },
      field,
      h(
        "div",
        { class: "actions" },
        cancel,
        h("button", { type: "button", class: "button small primary", on: { click: save } }, "Save"),
      ),
    ),
  );
  field.focus();
}
