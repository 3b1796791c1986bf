/** The thread pane: root, replies, what the app is doing there, Stop, and a message box. */
import { fill, h } from "./dom.js";
import { api } from "./api.js";
import { Composer } from "./composer.js";
import { askLine, said } from "./dialogs.js";
import { icon, iconButton } from "./icons.js";
import { MessageList, threadMessages } from "./list.js";
import { workLine } from "./messages.js";
import { threadKey } from "./store.js";

/** What a session's status means to a person. */
const WORDS = { processing: "Working", suspended: "Waiting for you", active: "Ready", closed: "Done" };

export class ThreadPane {
  constructor(app, node) {
    Object.assign(this, { app, node, store: app.store });
    this.composer = new Composer({
      store: app.store,
      testId: "composer-thread",
      target: () => ({ channel: app.channel, thread_ts: app.root }),
    });
    this.list = new MessageList({
      store: app.store,
      place: "thread",
      source: () => this.conversation(),
      openThread: app.openThread,
      empty: () => "Loading the thread…",
    });
    this.head = h("header", { class: "channel-head thread-head" });
    this.work = h("div", { class: "work", role: "status", hidden: true });
    this.parts = [this.head, this.list.node, this.work, this.composer.node];
  }

  conversation() {
    const messages = threadMessages(this.store, this.app.channel, this.app.root);
    return messages ? { channel: this.app.channel, messages, root: this.app.root } : null;
  }

  show() {
    if (this.node.hidden) fill(this.node, this.parts);
    this.node.hidden = false;
    this.drawHead();
    this.composer.turnTo("Reply…");
    this.list.restart();
    this.drawWork();
  }

  /** A closed pane holds nothing, so that nothing in it is found, read aloud or redrawn. */
  hide() {
    this.node.hidden = true;
    fill(this.node);
  }

  drawHead() {
    const channel = this.store.channels.get(this.app.channel);
    const session = this.store.sessions.get(threadKey(this.app.channel, this.app.root));
    const name = channel && (channel.is_im ? "" : "#") + this.store.channelTitle(channel);
    const title = h(
      "div",
      { class: "thread-title" },
      h("h2", {}, session?.title || "Thread"),
      h("small", {}, name),
    );
    const rename = session
      ? iconButton("Rename", "pen", () => this.rename(session), { testId: "rename-session" })
      : null;
    const close = iconButton("Close thread", "close", this.app.closeThread, { testId: "thread-close" });
    const tools = h("div", { class: "head-tools" }, rename, close);
    fill(this.head, h("div", { class: "head-line" }, title, session ? stateOf(session) : null, tools));
  }

  drawWork() {
    const { channel, root } = this.app;
    const line = workLine(this.store, channel, root);
    const running = this.store.sessions.get(threadKey(channel, root))?.status === "processing";
    const stop = running
      ? h(
          "button",
          {
            type: "button",
            class: "button small stop",
            "data-testid": "stop-session",
            on: { click: (event) => this.stop(event.currentTarget) },
          },
          icon("stop"),
          "Stop",
        )
      : null;
    fill(this.work, line, stop);
    this.work.hidden = !line && !stop;
  }

  async stop(button) {
    button.disabled = true;
    button.disabled =
      (await said(api.stop({ user: this.store.me, channel: this.app.channel, thread_ts: this.app.root }))) !==
      null;
  }

  async rename(session) {
    const title = await askLine("Rename this session", "Title", session.title, 200);
    if (title)
      await said(
        api.rename({ user: this.store.me, channel: session.channel, thread_ts: session.thread_ts, title }),
      );
  }

  refresh() {
    if (this.node.hidden) return;
    this.list.schedule();
    this.drawHead();
    this.drawWork();
  }
}

function stateOf({ status }) {
  const attributes = { class: `session ${status}`, "data-testid": "session", "data-status": status };
  return h("span", attributes, WORDS[status] ?? status);
}
