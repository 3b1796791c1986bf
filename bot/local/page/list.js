/** A scrolling list of messages that redraws only what changed and stays at the end while new ones come. */
import { h } from "./dom.js";
import { authorOf } from "./avatar.js";
import { icon } from "./icons.js";
import { drawMessage, enteredIn, statusText } from "./messages.js";
import { dayKey, dayName } from "./time.js";
import { threadKey } from "./store.js";

const TOGETHER_SECONDS = 300; // messages of one author within this time stand under one name
const NEAR_END_PX = 80;

export class MessageList {
  /** `source()` answers {channel, messages, root?}, or null when there is nothing to show. */
  constructor({ store, place, source, openThread, empty }) {
    Object.assign(this, { store, place, source, openThread, empty });
    this.drawn = new Map();
    this.inner = h("div", {
      class: "messages",
      role: "log",
      "aria-label": place === "thread" ? "Replies" : "Messages",
      "aria-live": "polite",
    });
    this.pill = h(
      "button",
      { type: "button", class: "new-pill", hidden: true, on: { click: () => this.toEnd() } },
      icon("arrow"),
      "New messages",
    );
    this.scroller = h(
      "div",
      { class: "scroller", tabindex: "-1", on: { scroll: () => this.scrolled() } },
      this.inner,
    );
    this.node = h("div", { class: "list-frame" }, this.scroller, this.pill);
    this.inner.addEventListener("keydown", (event) => this.move(event));
    this.following = true;
    new ResizeObserver(() => {
      if (this.following) this.toEnd();
    }).observe(this.scroller);
  }

  /** Draws a different conversation from its end. */
  restart() {
    this.drawn.clear();
    this.inner.replaceChildren();
    this.draw();
    this.toEnd();
  }

  /** Many events in one frame are one redraw. */
  schedule() {
    if (this.pending) return;
    this.pending = requestAnimationFrame(() => {
      this.pending = 0;
      this.draw();
    });
  }

  draw() {
    const conversation = this.source();
    const { following } = this;
    const before = this.drawn.size;
    const focus = this.focusMark();
    const nodes = conversation ? this.nodesOf(conversation) : [];
    this.arrange(nodes.length ? nodes : [this.emptyNode()]);
    this.restoreFocus(focus);
    if (following) this.toEnd();
    else if (this.drawn.size > before) this.pill.hidden = false;
  }

  nodesOf({ channel, messages, root }) {
    const sorted = [...messages].sort((left, right) => (left.ts < right.ts ? -1 : 1));
    const next = new Map();
    const nodes = [];
    let previous = null;
    for (const message of sorted) {
      if (!root && (!previous || dayKey(previous.ts) !== dayKey(message.ts)))
        nodes.push(this.divider(next, `day-${dayKey(message.ts)}`, dayName(message.ts)));
      const compact = Boolean(previous) && previous.ts !== root && this.joins(previous, message);
      nodes.push(this.messageNode(next, channel, message, compact));
      if (message.ts === root && sorted.length > 1)
        nodes.push(
          this.divider(
            next,
            `replies-${sorted.length}`,
            sorted.length === 2 ? "1 reply" : `${sorted.length - 1} replies`,
          ),
        );
      previous = message;
    }
    this.drawn = next;
    return nodes;
  }

  joins(previous, message) {
    const near =
      Number(message.ts) - Number(previous.ts) < TOGETHER_SECONDS &&
      dayKey(previous.ts) === dayKey(message.ts);
    const alike = authorOf(previous, this.store).key === authorOf(message, this.store).key;
    return (
      near && alike && !previous.reply_count && Boolean(previous.ephemeral) === Boolean(message.ephemeral)
    );
  }

  divider(next, key, text) {
    const node =
      this.drawn.get(key)?.node ??
      h("div", { class: "list-divider", role: "separator" }, h("span", {}, text));
    next.set(key, { node });
    return node;
  }

  messageNode(next, channel, message, compact) {
    const status = this.place === "channel" ? statusText(this.store, channel, message.ts) : "";
    const known = this.drawn.get(message.ts);
    const same = known && known.message === message && known.compact === compact && known.status === status;
    const node = same ? known.node : this.drawOne(channel, message, compact, known);
    next.set(message.ts, { message, compact, status, node });
    return node;
  }

  drawOne(channel, message, compact, known) {
    const values = known ? enteredIn(known.node) : undefined;
    return drawMessage(message, {
      store: this.store,
      channel,
      place: this.place,
      compact,
      openThread: this.openThread,
      values,
    });
  }

  /** Puts the nodes in order, touching only those that moved, so focus and scrolling hold still. */
  arrange(nodes) {
    const wanted = new Set(nodes);
    for (const child of [...this.inner.children]) if (!wanted.has(child)) child.remove();
    nodes.forEach((node, index) => {
      if (this.inner.children[index] !== node)
        this.inner.insertBefore(node, this.inner.children[index] ?? null);
    });
    const articles = this.articles();
    articles.forEach((article, index) =>
      article.setAttribute("tabindex", index === articles.length - 1 ? "0" : "-1"),
    );
  }

  emptyNode() {
    return h("div", { class: "empty" }, this.empty());
  }

  articles() {
    return [...this.inner.querySelectorAll(":scope > .message")];
  }

  focusMark() {
    const active = document.activeElement;
    const article = active?.closest?.(".message");
    if (!article || !this.inner.contains(article)) return null;
    return {
      node: active,
      ts: article.dataset.ts,
      action: active.dataset.actionId,
      block: active.dataset.blockId,
      value: active.dataset.value,
    };
  }

  restoreFocus(mark) {
    if (!mark || mark.node.isConnected) return;
    const article = this.articles().find((node) => node.dataset.ts === mark.ts);
    const again = [...(article?.querySelectorAll("[data-action-id]") ?? [])].find(
      (node) =>
        node.dataset.actionId === mark.action &&
        node.dataset.blockId === mark.block &&
        node.dataset.value === mark.value,
    );
    (again ?? article)?.focus({ preventScroll: true });
  }

  move(event) {
    if (!event.target.matches?.(".message") || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
    const articles = this.articles();
    const next = articles[articles.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1)];
    event.preventDefault();
    next?.focus();
  }

  nearEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  }

  scrolled() {
    this.following = this.nearEnd();
    if (this.following) this.pill.hidden = true;
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.following = true;
    this.pill.hidden = true;
  }

  /** Brings one message into sight, for links that point at it. */
  reveal(ts) {
    const article = this.articles().find((node) => node.dataset.ts === ts);
    article?.scrollIntoView({ block: "center" });
    article?.classList.add("pointed");
  }
}

/** The messages of a loaded thread, or null. */
export function threadMessages(store, channel, root) {
  const list = store.threads.get(threadKey(channel, root));
  return list ? [...list.values()] : null;
}
