/** The main column: a conversation with its header and message box, or the app's Home tab. */
import { fill, h } from "./dom.js";
import { api } from "./api.js";
import { userFace } from "./avatar.js";
import { Composer } from "./composer.js";
import { said } from "./dialogs.js";
import { Home } from "./home.js";
import { icon, iconButton } from "./icons.js";
import { MessageList } from "./list.js";
import { nameOf } from "./store.js";

export class ChannelView {
  constructor(app, node) {
    Object.assign(this, { app, node, store: app.store, tab: "messages" });
    this.composer = new Composer({
      store: app.store,
      testId: "composer-channel",
      target: () => ({ channel: app.channel }),
    });
    this.list = new MessageList({
      store: app.store,
      place: "channel",
      source: () => this.conversation(),
      openThread: app.openThread,
      empty: () => this.welcome(),
    });
    this.home = new Home(app);
    this.head = h("header", { class: "channel-head" });
    this.prompts = h("div", { class: "prompts", "aria-label": "Suggestions to start with", role: "group" });
    this.join = h("div", { class: "join", hidden: true });
    fill(node, this.head, this.list.node, this.home.node, this.prompts, this.join, this.composer.node);
  }

  conversation() {
    const messages = this.store.messages.get(this.app.channel);
    return messages ? { channel: this.app.channel, messages: messages.values() } : null;
  }

  get channel() {
    return this.store.channels.get(this.app.channel);
  }

  /** Shows the open channel from its end; `tab` is "messages" or "home". */
  show(tab = "messages") {
    this.tab = tab;
    const home = tab === "home";
    this.drawHead();
    this.list.node.hidden = home;
    this.home.node.hidden = !home;
    this.drawFoot();
    this.prompts.hidden = home;
    this.composer.turnTo(`Message ${this.titled()}`);
    this.list.restart();
    this.drawPrompts();
    if (home) this.home.open();
  }

  /** The message box, or the way in for somebody who is not a member yet. */
  drawFoot() {
    const { channel, store } = this;
    const outside = Boolean(channel) && !channel.is_im && !channel.members.includes(store.me);
    this.composer.node.hidden = outside || this.tab === "home";
    this.join.hidden = !outside || this.tab === "home";
    const enter = h(
      "button",
      {
        type: "button",
        class: "button primary",
        "data-testid": "join",
        on: { click: () => said(api.join({ user: store.me, channel: channel.id })) },
      },
      "Join channel",
    );
    fill(this.join, outside ? [`You are looking at #${channel.name} from outside.`, enter] : []);
  }

  titled() {
    const { channel } = this;
    if (!channel) return "";
    return channel.is_im ? this.store.channelTitle(channel) : `#${channel.name}`;
  }

  drawHead() {
    const { channel, app } = this;
    if (!channel) return;
    const sign = channel.is_im
      ? userFace(this.store.partner(channel) ?? { name: channel.name }, "avatar small")
      : icon("lock");
    const title = h(
      "h1",
      {},
      channel.is_im ? sign : h("span", { class: "hash" }, channel.is_private ? sign : "#"),
      this.store.channelTitle(channel),
    );
    const topic = channel.topic ? h("span", { class: "topic", title: channel.topic }, channel.topic) : null;
    const tools = h(
      "div",
      { class: "head-tools" },
      this.members(channel),
      iconButton("Traffic inspector", "pulse", app.toggleInspector, { testId: "inspector-toggle" }),
    );
    fill(
      this.head,
      h(
        "div",
        { class: "head-line" },
        iconButton("Channels", "menu", () => app.toggleSidebar(), { testId: "menu", className: "tool-menu" }),
        title,
        topic,
        tools,
      ),
      this.tabs(channel),
    );
  }

  members(channel) {
    if (channel.is_im) return null;
    const people = (channel.members ?? []).map((id) => this.store.users.get(id)).filter(Boolean);
    const faces = people.slice(0, 3).map((user) => userFace(user, "avatar tiny"));
    const names = people.map(nameOf).join(", ");
    return h(
      "span",
      { class: "members", title: names, role: "img", "aria-label": `${people.length} members: ${names}` },
      faces,
      String(people.length),
    );
  }

  tabs(channel) {
    if (!this.store.isWithBot(channel)) return null;
    const tab = (name, label) =>
      h(
        "button",
        {
          type: "button",
          role: "tab",
          "aria-selected": String(this.tab === name),
          "data-testid": `tab-${name}`,
          on: { click: () => this.app.openTab(name) },
        },
        label,
      );
    return h(
      "div",
      { class: "tabs", role: "tablist", "aria-label": "App" },
      tab("home", "Home"),
      tab("messages", "Messages"),
    );
  }

  welcome() {
    const { channel } = this;
    if (!channel) return h("p", {}, "Loading…");
    if (channel.is_im)
      return h(
        "p",
        {},
        `This is the beginning of your conversation with ${this.store.channelTitle(channel)}.`,
      );
    return [
      h("h2", {}, `#${channel.name}`),
      h("p", {}, `Nothing here yet. Mention @${this.store.bot.name} with a mission to begin.`),
    ];
  }

  /** The app's suggested prompts, offered while its conversation is still short. */
  drawPrompts() {
    const few = (this.store.messages.get(this.app.channel)?.size ?? 0) < 3;
    const offered =
      this.store.isWithBot(this.channel) && few && this.tab === "messages" ? this.store.prompts : [];
    fill(
      this.prompts,
      offered.map((prompt) =>
        h(
          "button",
          { type: "button", class: "prompt", title: prompt.message, on: { click: () => this.use(prompt) } },
          prompt.title,
        ),
      ),
    );
  }

  use(prompt) {
    this.composer.field.value = prompt.message;
    this.composer.changed();
    this.composer.focus();
  }

  /** The channel's own facts changed: members, topic. */
  redrawFrame() {
    if (!this.channel) return;
    this.drawHead();
    this.drawFoot();
  }

  refresh() {
    this.list.schedule();
    this.drawPrompts();
  }
}
