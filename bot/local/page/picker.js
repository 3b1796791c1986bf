/** The emoji picker: a search field over a grid. */
import { fill, h } from "./dom.js";
import { find, shown } from "./emoji.js";
import { openPopover } from "./dialogs.js";

export function pickEmoji(anchor, onPick) {
  const grid = h("div", { class: "emoji-grid", role: "group", "aria-label": "Emoji" });
  const search = h("input", {
    class: "field",
    type: "search",
    placeholder: "Search emoji",
    "aria-label": "Search emoji",
  });
  const choose = (name) => () => {
    box.hidePopover();
    onPick(name);
  };
  const draw = () =>
    fill(
      grid,
      find(search.value.trim(), 160).map((name) =>
        h(
          "button",
          {
            type: "button",
            class: "emoji-choice",
            title: `:${name}:`,
            "aria-label": name,
            on: { click: choose(name) },
          },
          shown(name),
        ),
      ),
    );
  search.addEventListener("input", draw);
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      grid.querySelector("button")?.click();
    }
  });
  draw();
  const box = openPopover(anchor, [search, grid], {
    className: "emoji-picker",
    role: "dialog",
    label: "Pick an emoji",
  });
  grid.addEventListener("keydown", (event) => moveInGrid(event, grid));
  search.focus();
}

function moveInGrid(event, grid) {
  const cells = [...grid.children];
  const columns = Math.max(1, Math.round(grid.clientWidth / (cells[0]?.offsetWidth || grid.clientWidth)));
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
  if (!step) return;
  event.preventDefault();
  cells[cells.indexOf(document.activeElement) + step]?.focus();
}
