/**
 * A surface is a place that holds blocks: one message, one modal, the Home tab. It knows how to send what a
 * person did there, and which values they had entered before a redraw.
 */
import { api } from "./api.js";
import { confirmDialog, toast } from "./dialogs.js";

const readers = new WeakMap();

/** `read()` answers the element's entry for state.values. */
export function readable(node, read) {
  node.setAttribute("data-reads", "");
  readers.set(node, read);
  return node;
}

/** The state.values of everything a person can fill in under a node. */
export function collect(root) {
  const values = {};
  for (const node of root?.querySelectorAll("[data-reads]") ?? []) {
    const { blockId, actionId } = node.dataset;
    (values[blockId] ??= {})[actionId] = readers.get(node)();
  }
  return values;
}

export class Surface {
  /** `container`: {"type": "message", ...} or {"type": "view", ...}; `values`: what had been entered before. */
  constructor(store, container, values = {}) {
    this.store = store;
    this.container = container;
    this.values = values;
    this.root = null;
    this.channel = container.channel ?? store.botChannel()?.id;
  }

  entered(blockId, actionId) {
    return this.values[blockId]?.[actionId];
  }

  /** Sends a gesture on an element, after its confirm dialog; false when the person thought better of it. */
  async act(element, blockId, fields, node) {
    if (element.confirm && !(await confirmDialog(element.confirm, this.store))) return false;
    node.setAttribute("aria-busy", "true");
    try {
      await api.action(this.payload(element, blockId, fields));
    } catch (error) {
      toast(error.message, "warning");
    } finally {
      node.removeAttribute("aria-busy");
    }
    return true;
  }

  payload(element, blockId, fields) {
    const { me } = this.store;
    const named = { block_id: blockId, action_id: element.action_id ?? "", type: element.type };
    return {
      user: me,
      container: this.container,
      ...named,
      ...fields,
      state: { values: collect(this.root) },
    };
  }
}
