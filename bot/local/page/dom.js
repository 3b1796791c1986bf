/**
 * Builds nodes. Words that came from people, models or the network only ever become text nodes or
 * checked attributes, so nothing in this page can turn data into markup.
 */

const PROPERTIES = new Set(["value", "checked", "disabled", "hidden", "selected", "multiple", "open"]);
const SVG = "http://www.w3.org/2000/svg";

/** One element with attributes (`on: {click: f}` for listeners) and children (nodes, strings, nested lists). */
export function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) assign(node, name, value);
  node.append(...present(children));
  return node;
}

function assign(node, name, value) {
  if (value === undefined || value === null || value === false) return;
  if (name === "on")
    for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
  else if (name === "vars")
    for (const [key, text] of Object.entries(value)) node.style.setProperty(`--${key}`, text);
  else if (PROPERTIES.has(name)) node[name] = value;
  else node.setAttribute(name, value === true ? "" : String(value));
}

function present(children) {
  return children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false);
}

/** One SVG element; `title` children are allowed, so charts can be read aloud. */
export function s(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined) node.setAttribute(name, String(value));
  node.append(...present(children));
  return node;
}

export function fill(node, ...children) {
  node.replaceChildren(...present(children));
  return node;
}

/** The address when it is http, https or mailto, else null: other schemes could run code. */
export function safeUrl(address) {
  try {
    const url = new URL(String(address));
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** A link to a checked address; text alone when the address is not one that may be opened. */
export function link(address, ...children) {
  const href = safeUrl(address);
  const label = present(children).length ? children : [String(address)];
  if (!href) return h("span", { class: "dead-link", title: "This address cannot be opened" }, label);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, label);
}

/** A picture from this server; anything else is shown as its description (the page loads nothing from outside). */
export function picture(address, description, className) {
  const label = description || "image";
  const fallback = () =>
    h(
      "span",
      { class: `${className} picture-missing`, role: "img", "aria-label": label, title: label },
      label,
    );
  if (!isLocal(address)) return fallback();
  const image = h("img", { class: className, src: address, alt: label, loading: "lazy" });
  image.addEventListener("error", () => image.replaceWith(fallback()));
  return image;
}

function isLocal(address) {
  try {
    const url = new URL(String(address), location.origin);
    return url.origin === location.origin || url.protocol === "data:";
  } catch {
    return false;
  }
}

let counter = 0;

/** A fresh id for labels and descriptions. */
export function freshId(prefix) {
  counter += 1;
  return `${prefix}-${counter}`;
}
