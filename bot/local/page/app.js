/** Starts the page: loads the state, opens the line, and carries gestures between the parts. */
import { api } from "./api.js";
import { ChannelView } from "./channel.js";
import { toast } from "./dialogs.js";
import { fill, h } from "./dom.js";
import { openFile } from "./files.js";
import { Inspector } from "./inspector.js";
import { ownPlace } from "./places.js";
import { Sidebar } from "./sidebar.js";
import { Line } from "./socket.js";
import { Store } from "./store.js";
import { ThreadPane } from "./thread.js";
import { Modals } from "./views.js";

const REMEMBERED = "local-workspace-user";
const part = (id) => document.getElementById(id);

/** Channel and thread named by an address such as "#C0LAUNCH001/1795392000.000100". */
const placeOf = (hash) => /^#([A-Z0-9]+)(?:\/([\d.]+))?/.exec(hash) ?? [];

class App {
  constructor() {
    Object.assign(this, { store: new Store(), channel: null, root: null, tab: "messages", line: null });
    for (const name of ["openThread", "closeThread", "toggleInspector", "toggleSidebar"])
      this[name] = this[name].bind(this);
    this.sidebar = new Sidebar(this, part("sidebar"));
    this.main = new ChannelView(this, part("main"));
    this.thread = new ThreadPane(this, part("thread"));
    this.modals = new Modals(this);
    this.inspector = new Inspector(this, part("inspector"));
    this.listen();
  }

  listen() {
    const { store } = this;
    for (const topic of ["message", "changed", "deleted", "session"])
      store.on(topic, (event) => this.refresh(event, topic));
    for (const topic of ["bot", "channels"]) store.on(topic, () => this.sidebar.draw());
    store.on("channels", () => this.main.redrawFrame());
    store.on("visit", (place) => this.visit(place));
    part("scrim").addEventListener("click", () => this.toggleSidebar(false));
    addEventListener("hashchange", () => this.follow(location.hash));
    document.addEventListener("click", (event) => this.clickLink(event));
    document.addEventListener("keydown", (event) => this.escape(event));
  }

  /** Escape closes what lies on top; dialogs, menus and message fields have taken theirs before it comes here. */
  escape(event) {
    if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open], .popover"))
      return;
    if (document.body.classList.contains("with-sidebar")) this.toggleSidebar(false);
    else if (this.inspector.node.contains(event.target)) this.toggleInspector();
    else if (this.root && (this.thread.node.contains(event.target) || event.target === document.body))
      this.closeThread();
  }

  /** Becomes one person: state, line, and the conversation that the address names. */
  async begin(user) {
    this.line?.close();
    this.store.reset();
    this.modals.clear();
    const state = await api.state(user ?? undefined);
    this.store.load(state);
    localStorage.setItem(REMEMBERED, state.me);
    document.title = `${state.team.name} – local workspace`;
    this.line = new Line(state.me, {
      onEvent: (event) => this.store.apply(event),
      onLine: (up, again) => this.lineChanged(up, again),
    });
    await this.line.ready;
    const [, wanted, root] = placeOf(location.hash);
    const known = this.store.channels.has(wanted);
    await this.open(known ? wanted : this.firstChannel());
    if (known && root) await this.openThread(root);
  }

  firstChannel() {
    const channels = [...this.store.channels.values()];
    return (channels.find((channel) => channel.name === "launch") ?? channels[0])?.id;
  }

  async actAs(user) {
    const { channel } = this;
    this.closeThread();
    await guarded(() => this.begin(user));
    if (this.store.channels.has(channel)) await this.open(channel);
    part("act-as")?.focus();
  }

  async open(id, tab = "messages") {
    if (!this.store.channels.has(id)) return;
    if (id !== this.channel) this.hideThread();
    Object.assign(this, { channel: id, tab });
    this.store.unread.delete(id);
    this.toggleSidebar(false);
    this.sidebar.draw();
    this.main.show(tab);
    this.remember();
    await guarded(() => this.loadChannel(id));
  }

  async loadChannel(id) {
    await this.store.loadMessages(id, api.messages(this.store.me, id));
    if (id !== this.channel) return;
    this.main.list.restart();
    this.main.drawPrompts();
    if (this.store.isWithBot(this.store.channels.get(id)) && this.tab === "messages")
      await api.visit({ user: this.store.me, tab: "messages" });
  }

  openTab(tab) {
    const channel = this.store.botChannel();
    if (channel) this.open(channel.id, tab);
  }

  async openThread(root, focus = false) {
    this.root = root;
    this.thread.show();
    this.remember();
    document.body.classList.add("with-thread");
    if (focus) this.thread.composer.focus();
    await guarded(() => this.loadThread(this.channel, root));
  }

  async loadThread(channel, root) {
    await this.store.loadReplies(channel, root, api.replies(this.store.me, channel, root));
    if (channel === this.channel && root === this.root) this.thread.list.restart();
  }

  closeThread() {
    const from = this.root;
    this.hideThread();
    this.remember();
    if (from)
      part("main")
        .querySelector(`[data-ts="${CSS.escape(from)}"]`)
        ?.focus({ preventScroll: true });
  }

  hideThread() {
    this.root = null;
    this.thread.hide();
    document.body.classList.remove("with-thread");
  }

  /** The address names what is open, so a reload comes back to it. */
  remember() {
    const place = this.root ? `${this.channel}/${this.root}` : this.channel;
    history.replaceState(null, "", `#${place}`);
  }

  async follow(hash) {
    const [, id, root] = placeOf(hash);
    if (!this.store.channels.has(id)) return;
    if (id !== this.channel) await this.open(id);
    if (root) await this.openThread(root);
  }

  /** Links into this workspace open here. */
  clickLink(event) {
    const anchor = event.target.closest?.("a[href]");
    const place = anchor && ownPlace(anchor.href);
    if (!place) return;
    event.preventDefault();
    this.visit(place);
  }

  visit(place) {
    if (place.channel) this.openMessage(place.channel, place.ts, place.root);
    else if (place.canvas) openFile({ id: place.file, filetype: "canvas", title: "Canvas" }, this.store);
    else openFile(this.store.file(place.file) ?? { id: place.file }, this.store);
  }

  async openMessage(channel, ts, root) {
    await this.open(channel);
    await this.openThread(root ?? ts);
    this.thread.list.reveal(ts);
  }

  refresh({ channel, message }, topic) {
    if (channel === this.channel) {
      if (topic === "message" && !document.hidden) this.store.unread.delete(channel);
      this.main.refresh();
      this.thread.refresh();
    }
    if (topic === "message" && message.user !== this.store.me) this.sidebar.draw();
  }

  async lineChanged(up, again) {
    document.body.classList.toggle("offline", !up);
    part("offline").hidden = up;
    if (!up || !again) return;
    const { channel, root } = this;
    await guarded(async () => {
      this.store.load(await api.state(this.store.me));
      this.sidebar.draw();
      await this.loadChannel(channel);
      if (root) await this.loadThread(channel, root);
    });
  }

  toggleInspector() {
    return this.inspector.toggle();
  }

  toggleSidebar(open) {
    const shown = typeof open === "boolean" ? open : !document.body.classList.contains("with-sidebar");
    document.body.classList.toggle("with-sidebar", shown);
    part("scrim").hidden = !shown;
    if (shown) part("sidebar").querySelector(".channel")?.focus();
  }
}

async function guarded(work) {
  try {
    await work();
  } catch (error) {
    toast(error.message, "error");
  }
}

async function start() {
  part("app").before(
    h(
      "div",
      { id: "offline", class: "offline-bar", role: "alert", hidden: true },
      "The line to the local workspace is down. Trying again…",
    ),
  );
  const app = new App();
  const asked = new URLSearchParams(location.search).get("user") ?? localStorage.getItem(REMEMBERED);
  try {
    await app.begin(asked);
  } catch (error) {
    if (!asked) return fill(part("main"), h("p", { class: "empty" }, error.message));
    localStorage.removeItem(REMEMBERED);
    await guarded(() => app.begin(null)); // whoever was remembered may not be here any more
  }
  return app;
}

start();
