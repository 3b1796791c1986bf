/** The Home tab that the app publishes for each person. */
import { fill, h } from "./dom.js";
import { api } from "./api.js";
import { drawBlocks } from "./blocks.js";
import { toast } from "./dialogs.js";
import { collect, Surface } from "./surface.js";

export class Home {
  constructor(app) {
    Object.assign(this, { app, store: app.store });
    this.node = h("div", { class: "home scroller", "data-testid": "home", tabindex: "-1", hidden: true });
    this.store.on("home", (event) => this.draw(event.view));
  }

  /** Tells the app that its Home was opened and draws what is published; a newer one comes over the socket. */
  async open() {
    const { me } = this.store;
    try {
      const { view } = await api.home(me);
      if (me === this.store.me && view) this.draw(view);
      if (!view) fill(this.node, h("div", { class: "empty" }, "The app has not published its Home yet."));
      await api.visit({ user: me, tab: "home" });
    } catch (error) {
      toast(error.message, "error");
    }
  }

  draw(view) {
    const values = this.viewId === view.id ? collect(this.node) : view.state?.values;
    const surface = new Surface(this.store, { type: "view", view_id: view.id }, values);
    Object.assign(surface, { root: this.node, place: "home" });
    this.viewId = view.id;
    fill(this.node, h("div", { class: "home-body" }, drawBlocks(view.blocks, surface)));
  }
}
