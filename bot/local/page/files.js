/** Files and canvases: cards in messages, and a sheet that shows what is inside. */
import { fill, h, picture } from "./dom.js";
import { api, fileText } from "./api.js";
import { openDialog } from "./dialogs.js";
import { icon } from "./icons.js";
import { markdown } from "./markdown.js";

export const isCanvas = (file) =>
  ["canvas", "quip", "spaces"].includes(file.filetype) || /slack-docs|canvas/.test(file.mimetype ?? "");
const isImage = (file) => /^image\//.test(file.mimetype ?? "");
const isTable = (file) => /csv/.test(file.mimetype ?? "") || /\.csv$/i.test(file.name ?? "");
const isMarkdown = (file) =>
  /markdown/.test(file.mimetype ?? "") || /\.(md|markdown)$/i.test(file.name ?? "");
const isText = (file) =>
  /^text\/|json|xml|yaml|calendar/.test(file.mimetype ?? "") ||
  /\.(txt|ics|log|py|toml|ya?ml)$/i.test(file.name ?? "");
const addressOf = (file) => `/local/files/${encodeURIComponent(file.id)}`;

export function fileCards(files, store) {
  if (!files?.length) return null;
  return h(
    "div",
    { class: "files" },
    files.map((file) => fileCard(file, store)),
  );
}

function fileCard(file, store) {
  const name = file.title || file.name || "file";
  const kind = isCanvas(file) ? "Canvas" : [kindOf(file), sizeOf(file.size)].filter(Boolean).join(" · ");
  const open = h(
    "button",
    {
      type: "button",
      class: "file-card",
      "data-testid": "file",
      "data-file": file.id,
      on: { click: () => openFile(file, store) },
    },
    h(
      "span",
      { class: `file-sign ${isCanvas(file) ? "canvas" : ""}` },
      icon(isCanvas(file) ? "canvas" : "file"),
    ),
    h("span", { class: "file-words" }, h("strong", {}, name), h("small", {}, kind)),
  );
  if (!isImage(file)) return open;
  return h("div", { class: "file-image" }, open, picture(addressOf(file), name, "file-thumb"));
}

const kindOf = (file) =>
  (/\.(\w{1,8})$/.exec(file.name ?? "")?.[1] ?? file.filetype ?? file.mimetype ?? "file").toUpperCase();

function sizeOf(bytes) {
  if (!Number.isFinite(bytes)) return "";
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1048576 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}

/** Opens a file or canvas in a sheet; what cannot be shown can be downloaded. */
export async function openFile(file, store) {
  const canvas = isCanvas(file);
  const body = h("div", { class: "sheet-body" }, h("p", { class: "quiet" }, "Opening…"));
  const save = canvas
    ? null
    : h(
        "a",
        { class: "button", href: addressOf(file), download: file.name ?? "" },
        icon("download"),
        "Download",
      );
  const footer = save ? h("footer", { class: "dialog-foot" }, save) : null;
  const dialog = openDialog({
    title: file.title || file.name || "File",
    body,
    footer,
    className: "sheet",
    testId: canvas ? "canvas" : "file-view",
  });
  try {
    fill(body, canvas ? await canvasBody(file, dialog, store) : await fileBody(file, store));
  } catch (error) {
    fill(body, h("p", { class: "quiet" }, error.message));
  }
}

async function canvasBody(file, dialog, store) {
  const canvas = await api.canvas(file.id);
  if (canvas.title) fill(dialog.querySelector("h2"), canvas.title);
  return h("article", { class: "markdown document" }, markdown(canvas.markdown, store));
}

async function fileBody(file, store) {
  if (isImage(file)) return picture(addressOf(file), file.name, "sheet-image");
  if (isTable(file)) return csvTable(await fileText(addressOf(file)));
  if (isMarkdown(file))
    return h("article", { class: "markdown document" }, markdown(await fileText(addressOf(file)), store));
  if (isText(file)) return h("pre", { class: "code-block" }, await fileText(addressOf(file)));
  return h("p", { class: "quiet" }, "This kind of file has no preview here. Download it to open it.");
}

function csvTable(text) {
  const [head = [], ...rows] = parseCsv(text);
  const line = (tag) => (row) =>
    h(
      "tr",
      {},
      row.map((cell) => h(tag, {}, cell)),
    );
  return h(
    "div",
    { class: "table-scroll", role: "region", "aria-label": "Table", tabindex: "0" },
    h("table", {}, h("thead", {}, line("th")(head)), h("tbody", {}, rows.map(line("td")))),
  );
}

/** Rows of a comma-separated text; quotes may hold commas, line breaks and doubled quotes. */
export function parseCsv(text) {
  const rows = [[]];
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy;
  for (const [whole, quoted, bare, end] of text.matchAll(pattern)) {
    rows.at(-1).push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    if (end && end !== ",") rows.push([]);
    if (!end || !whole) break;
  }
  return rows.filter((row) => row.length > 1 || row[0]);
}
