/** data_visualization blocks: bar, line, area and pie, drawn as SVG with a table of the numbers for everyone else. */
import { h, s } from "./dom.js";

const WIDTH = 460;
const HEIGHT = 200;
const EDGE = { left: 46, right: 10, top: 10, bottom: 26 };

export function chart(block) {
  const { chart: data = {} } = block;
  const draw = { bar, line, area: line, pie }[data.type];
  const caption = h("figcaption", {}, block.title ?? "");
  if (!draw)
    return h(
      "figure",
      { class: "chart" },
      caption,
      h("span", { class: "unsupported" }, `unsupported chart: ${data.type}`),
    );
  const label = `${data.type} chart: ${block.title ?? ""}`;
  const drawing = s(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label, class: "chart-drawing" },
    draw(data),
  );
  return h("figure", { class: "chart" }, caption, drawing, legend(data), numbers(data));
}

const seriesOf = (data) => data.series ?? [];
const categoriesOf = (data) =>
  data.axis_config?.categories ?? (seriesOf(data)[0]?.data ?? []).map((point) => point.label);

function valueAt(series, label) {
  return Number((series.data ?? []).find((point) => point.label === label)?.value ?? 0);
}

/** The drawing area with its scale: functions from a category's place and a value to x and y. */
function frame(data) {
  const categories = categoriesOf(data);
  const values = seriesOf(data).flatMap((series) => categories.map((label) => valueAt(series, label)));
  const high = niceCeiling(Math.max(...values, 0));
  const low = Math.min(...values, 0) < 0 ? -niceCeiling(-Math.min(...values)) : 0;
  const slot = (WIDTH - EDGE.left - EDGE.right) / Math.max(categories.length, 1);
  const y = (value) => EDGE.top + (1 - (value - low) / (high - low)) * (HEIGHT - EDGE.top - EDGE.bottom);
  return { categories, slot, y, low, high, x: (place) => EDGE.left + slot * place };
}

function niceCeiling(value) {
  if (value <= 0) return 1;
  const unit = 10 ** Math.floor(Math.log10(value));
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].map((step) => step * unit).find((step) => step >= value);
}

function axes({ categories, slot, x, y, low, high }) {
  const ticks = [0, 0.5, 1].map((part) => low + (high - low) * part);
  const grid = ticks.map((value) => [
    s("line", { class: "grid", x1: EDGE.left, x2: WIDTH - EDGE.right, y1: y(value), y2: y(value) }),
    s("text", { class: "tick", x: EDGE.left - 6, y: y(value) + 4, "text-anchor": "end" }, compact(value)),
  ]);
  const every = Math.ceil(categories.length / 8);
  const names = categories.map((label, place) =>
    place % every
      ? null
      : s(
          "text",
          { class: "tick", x: x(place) + slot / 2, y: HEIGHT - 8, "text-anchor": "middle" },
          shorten(label),
        ),
  );
  return [grid, names];
}

const compact = (value) =>
  new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 }).format(value);
const shorten = (label) => (label.length > 10 ? `${label.slice(0, 9)}…` : label);

function bar(data) {
  const scale = frame(data);
  const wide = (scale.slot * 0.72) / seriesOf(data).length;
  const bars = seriesOf(data).map((series, index) =>
    scale.categories.map((label, place) => {
      const value = valueAt(series, label);
      const top = Math.min(scale.y(value), scale.y(0));
      const x = scale.x(place) + scale.slot * 0.14 + wide * index;
      const height = Math.max(Math.abs(scale.y(value) - scale.y(0)), 1);
      return s(
        "rect",
        { class: `series-${index}`, x, y: top, width: Math.max(wide - 1, 1), height, rx: 2 },
        s("title", {}, `${series.name} · ${label}: ${value}`),
      );
    }),
  );
  return [axes(scale), bars];
}

function line(data) {
  const scale = frame(data);
  const middle = (place) => scale.x(place) + scale.slot / 2;
  const drawn = seriesOf(data).map((series, index) => {
    const points = scale.categories.map(
      (label, place) => `${middle(place)},${scale.y(valueAt(series, label))}`,
    );
    const ends = [`${middle(0)},${scale.y(0)}`, `${middle(points.length - 1)},${scale.y(0)}`];
    const filled =
      data.type === "area"
        ? s("polygon", { class: `series-${index} filled`, points: [ends[0], ...points, ends[1]].join(" ") })
        : null;
    return [filled, s("polyline", { class: `series-${index} stroke`, points: points.join(" ") })];
  });
  return [axes(scale), drawn];
}

function pie(data) {
  const segments = data.segments ?? [];
  const total = segments.reduce((sum, segment) => sum + Math.max(Number(segment.value) || 0, 0), 0) || 1;
  let turned = 0;
  return segments.map((segment, index) => {
    const from = turned;
    turned += Math.max(Number(segment.value) || 0, 0) / total;
    return s(
      "path",
      { class: `series-${index}`, d: slice(from, Math.min(turned, from + 0.9999)) },
      s("title", {}, `${segment.label}: ${segment.value}`),
    );
  });
}

/** A slice of the circle between two parts of a full turn, beginning at the top. */
function slice(from, to) {
  const [cx, cy, radius] = [WIDTH / 2, HEIGHT / 2, HEIGHT / 2 - 8];
  const point = (part) =>
    `${cx + radius * Math.sin(part * 2 * Math.PI)} ${cy - radius * Math.cos(part * 2 * Math.PI)}`;
  return `M ${cx} ${cy} L ${point(from)} A ${radius} ${radius} 0 ${to - from > 0.5 ? 1 : 0} 1 ${point(to)} Z`;
}

function legend(data) {
  const names = (data.segments ?? seriesOf(data)).map((item) => item.label ?? item.name);
  return h(
    "div",
    { class: "chart-legend" },
    names.map((name, index) => h("span", {}, h("i", { class: `series-${index}` }), name)),
  );
}

function numbers(data) {
  const rows = data.segments
    ? data.segments.map((segment) => [segment.label, segment.value])
    : categoriesOf(data).map((label) => [label, ...seriesOf(data).map((series) => valueAt(series, label))]);
  const head = ["", ...(data.segments ? ["value"] : seriesOf(data).map((series) => series.name))];
  const body = rows.map((row) =>
    h(
      "tr",
      {},
      row.map((cell, column) => h(column ? "td" : "th", {}, String(cell))),
    ),
  );
  return h(
    "details",
    { class: "chart-numbers" },
    h("summary", {}, "Numbers"),
    h(
      "table",
      {},
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          head.map((name) => h("th", {}, name)),
        ),
      ),
      h("tbody", {}, body),
    ),
  );
}
