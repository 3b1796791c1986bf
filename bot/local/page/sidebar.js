/** The left column: workspace, channels, direct messages, the app, and whom the page acts as. */
import { fill, h } from "./dom.js";
import { api } from "./api.js";
import { userFace } from "./avatar.js";
import { moveBy, openMenu, said, toast } from "./dialogs.js";
import { icon } from "./icons.js";
import { nameOf } from "./store.js";

export class Sidebar {
  constructor(app, node) {
    Object.assign(this, { app, node, store: app.store });
    node.addEventListener("keydown", (event) => {
      if (event.target.matches(".channel")) moveBy(event, [...node.querySelectorAll(".channel")]);
    });
  }

  draw() {
    const { store } = this;
    const all = [...store.channels.values()];
    const open = all.filter((channel) => !channel.is_im);
    const direct = all.filter((channel) => channel.is_im);
    const focused = this.node.contains(document.activeElement) ? document.activeElement.dataset.testid : null;
    fill(
      this.node,
      this.head(),
      h(
        "div",
        { class: "sidebar-scroll" },
        this.section("Channels", open),
        this.section("Direct messages", direct),
        this.apps(),
      ),
      this.foot(),
    );
    if (focused) this.node.querySelector(`[data-testid="${CSS.escape(focused)}"]`)?.focus();
  }

  head() {
    const { store } = this;
    const start = h(
      "button",
      {
        type: "button",
        class: "icon-button start",
        "aria-label": "Shortcuts",
        title: "Shortcuts",
        "aria-haspopup": "menu",
        "data-testid": "shortcuts",
      },
      icon("plus"),
    );
    start.addEventListener("click", () => this.shortcuts(start));
    const line = { true: "connected", false: "not connected", null: "not heard of yet" }[
      String(store.botConnected)
    ];
    const state = h(
      "div",
      { class: `bot-state ${store.botConnected ? "on" : "off"}`, "data-testid": "bot-state" },
      h("i", { "aria-hidden": "true" }),
      `${store.bot.name ?? "The app"} ${line}`,
    );
    return h(
      "header",
      { class: "sidebar-head" },
      h("div", {}, h("strong", { class: "team" }, store.team.name ?? ""), state),
      start,
    );
  }

  shortcuts(anchor) {
    const items = this.store.shortcuts
      .filter((shortcut) => shortcut.type === "global")
      .map((shortcut) => ({
        label: shortcut.name,
        detail: this.store.bot.name,
        value: shortcut.callback_id,
        pick: () => this.run(shortcut),
      }));
    if (items.length) openMenu(anchor, items, "Shortcuts");
    else toast("The app offers no shortcuts.", "info");
  }

  run(shortcut) {
    return said(
      api.shortcut({ user: this.store.me, callback_id: shortcut.callback_id, channel: this.app.channel }),
    );
  }

  section(title, channels) {
    return h(
      "section",
      {},
      h("h2", {}, title),
      h(
        "ul",
        {},
        channels.map((channel) => h("li", {}, this.item(channel))),
      ),
    );
  }

  item(channel) {
    const { store, app } = this;
    const title = store.channelTitle(channel);
    const current = app.channel === channel.id && app.tab !== "home";
    const count = store.unread.get(channel.id) ?? 0;
    const sign = channel.is_im
      ? userFace(store.partner(channel) ?? { name: title }, "avatar tiny")
      : channel.is_private
        ? icon("lock")
        : h("span", { class: "hash" }, "#");
    const badge = count ? h("span", { class: "unread", "aria-label": `${count} new` }, String(count)) : null;
    return h(
      "button",
      {
        type: "button",
        class: `channel${count ? " has-new" : ""}`,
        "data-testid": `channel-${channel.is_im ? title : channel.name}`,
        "data-channel": channel.id,
        "aria-current": current ? "page" : undefined,
        on: { click: () => app.open(channel.id) },
      },
      sign,
      h("span", { class: "channel-name" }, title),
      badge,
    );
  }

  apps() {
    const { app, store } = this;
    const current = app.tab === "home";
    const home = h(
      "button",
      {
        type: "button",
        class: "channel",
        "data-testid": "open-home",
        "aria-current": current ? "page" : undefined,
        on: { click: () => app.openTab("home") },
      },
      icon("home"),
      h("span", { class: "channel-name" }, `${store.bot.name ?? "App"} Home`),
    );
    return h("section", {}, h("h2", {}, "Apps"), h("ul", {}, h("li", {}, home)));
  }

  foot() {
    const { store, app } = this;
    const people = store
      .people()
      .map((user) =>
        h(
          "option",
          { value: user.id, selected: user.id === store.me },
          user.title ? `${nameOf(user)} · ${user.title}` : nameOf(user),
        ),
      );
    const select = h(
      "select",
      { id: "act-as", "data-testid": "act-as", on: { change: () => app.actAs(select.value) } },
      people,
    );
    const me = store.users.get(store.me);
    return h(
      "footer",
      { class: "sidebar-foot" },
      me ? userFace(me, "avatar small") : null,
      h("label", { for: "act-as" }, h("span", {}, "Act as"), select),
    );
  }
}
