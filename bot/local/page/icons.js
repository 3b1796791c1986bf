/** Small line icons, drawn here. Each is decoration: the control around it carries the name. */
import { h, s } from "./dom.js";

const PATHS = {
  menu: ["M3 5.5h14M3 10h14M3 14.5h14"],
  close: ["M5 5l10 10M15 5L5 15"],
  back: ["M12.5 4.5L7 10l5.5 5.5"],
  chevron: ["M5.5 7.5L10 12l4.5-4.5"],
  plus: ["M10 4v12M4 10h12"],
  reply: ["M4 15.5V6.5A2.5 2.5 0 0 1 6.5 4h7A2.5 2.5 0 0 1 16 6.5v4a2.5 2.5 0 0 1-2.5 2.5H7z"],
  smile: [
    "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14z",
    "M7.3 11.6c.6 1 1.6 1.6 2.7 1.6s2.1-.6 2.7-1.6",
    "M7.8 8.2v.1M12.2 8.2v.1",
  ],
  more: ["M4.5 10h.1M10 10h.1M15.5 10h.1"],
  clip: [
    "M14.8 9.4l-5.1 5.1a3.3 3.3 0 0 1-4.7-4.7l5.8-5.8a2.2 2.2 0 0 1 3.1 3.1l-5.7 5.7a1.1 1.1 0 0 1-1.6-1.6l5-5",
  ],
  at: [
    "M13 10a3 3 0 1 1-6 0 3 3 0 0 1 6 0z",
    "M13 7.2V11c0 1.2.8 2 1.9 2 1.3 0 2.1-1.200 2.100-3a7 7 0 1 0-2.700 5.500",
  ],
  send: ["M3.500 10 3.500 4.200 17 10 3.500 15.800z M3.500 10h6"],
  lock: ["M6 9V7a4 4 0 1 1 8 0v2M5 9h10v7H5z"],
  home: ["M3.500 9.500 10 4l6.500 5.500M5.500 8.500V16h9V8.500"],
  pulse: ["M2.500 10.500h3.500l2-5 3.500 9.500 2-4.500h4"],
  file: ["M6 3h5l4 4v10H6z M11 3v4h4"],
  canvas: ["M4 3.500h12v13H4z M7 7.500h6M7 10.500h6M7 13.500h3.500"],
  download: ["M10 3.500v8.500M6.500 9 10 12.500 13.500 9M4 16h12"],
  check: ["M4.500 10.500 8.500 14.500 15.500 6"],
  stop: ["M6 6h8v8H6z"],
  up: [
    "M7 16.500V9l3-5.500c1.200 0 1.700.8 1.500 2L11 8.500h4.200c.9 0 1.500.8 1.300 1.700l-1.200 5c-.2.8-.8 1.300-1.600 1.300z M7 9H4v7.500h3",
  ],
  down: [
    "M7 3.500V11l3 5.500c1.200 0 1.700-.8 1.500-2L11 11.500h4.200c.9 0 1.500-.8 1.300-1.700l-1.200-5c-.2-.8-.8-1.300-1.600-1.300z M7 11H4V3.500h3",
  ],
  trash: ["M4 6h12M8 6V4h4v2M5.500 6l.8 10.500h7.400L14.500 6"],
  pen: ["M4.500 15.500l.8-3.300L13 4.500l2.500 2.500-7.700 7.700z"],
  eye: [
    "M2.500 10S5 5 10 5s7.500 5 7.500 5-2.500 5-7.500 5-7.500-5-7.500-5z M12 10a2 2 0 1 1-4 0 2 2 0 0 1 4 0z",
  ],
  bolt: ["M11 2.500 4.500 11.500H9l-.500 6 6.500-9.500h-4.500z"],
  arrow: ["M10 4v12M5 11l5 5 5-5"],
};

export function icon(name, className = "icon") {
  const paths = (PATHS[name] ?? PATHS.more).map((d) => s("path", { d }));
  return s(
    "svg",
    { class: className, viewBox: "0 0 20 20", "aria-hidden": "true", focusable: "false" },
    paths,
  );
}

/** A button that shows only an icon; `label` is its name and its tooltip. */
export function iconButton(label, sign, act, { testId, className = "" } = {}) {
  const attributes = { class: `icon-button ${className}`, type: "button", "aria-label": label, title: label };
  const button = h("button", { ...attributes, "data-testid": testId }, icon(sign));
  button.addEventListener("click", () => act(button));
  return button;
}
