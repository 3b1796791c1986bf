/** Slack's own mrkdwn (with its <...> sequences and escaped &, <, >) drawn as nodes. */
import { h, link, safeUrl } from "./dom.js";
import { shown, glyph } from "./emoji.js";
import { formatDate } from "./time.js";

const TOKEN = new RegExp(
  [
    "<(?<angle>[^<>\\n]+)>",
    "`(?<code>[^`\\n]+)`",
    "(?<![\\w*])\\*(?!\\s)(?<bold>[^*\\n]+?)(?<!\\s)\\*(?![\\w*])",
    "(?<![\\w_])_(?!\\s)(?<italic>[^_\\n]+?)(?<!\\s)_(?![\\w_])",
    "(?<![\\w~])~(?!\\s)(?<strike>[^~\\n]+?)(?<!\\s)~(?![\\w~])",
    ":(?<emoji>[a-z0-9_+'-]+(?:::skin-tone-\\d)?):",
    "(?<bare>https?:\\/\\/[^\\s<>|`*]+[^\\s<>|`*.,;:!?)\\]}'\"])",
  ].join("|"),
  "gi",
);

/** Undoes Slack's three escapes. */
export function unescape(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** A whole text: code fences, quotes, lines. */
export function mrkdwn(text, store) {
  const parts = String(text ?? "").split(/```([\s\S]*?)```/);
  return parts.map((part, index) => (index % 2 ? fence(part) : quotedLines(part, store))).flat();
}

function fence(text) {
  return h("pre", { class: "code-block" }, h("code", {}, unescape(text.replace(/^\n|\n$/g, ""))));
}

function quotedLines(text, store) {
  const nodes = [];
  let lines = [];
  const flush = () => {
    if (lines.length) nodes.push(...withBreaks(lines, store));
    lines = [];
  };
  const all = text.split("\n");
  for (let index = 0; index < all.length; index += 1) {
    const whole = /^(?:&gt;|>){3} ?/.exec(all[index]);
    const quoted = /^(?:&gt;|>) ?/.exec(all[index]);
    if (whole) {
      flush();
      nodes.push(quote([all[index].slice(whole[0].length), ...all.slice(index + 1)], store));
      return nodes;
    }
    if (!quoted) {
      lines.push(all[index]);
      continue;
    }
    const group = [];
    for (; index < all.length && /^(?:&gt;|>)/.test(all[index]); index += 1)
      group.push(all[index].replace(/^(?:&gt;|>) ?/, ""));
    index -= 1;
    flush();
    nodes.push(quote(group, store));
  }
  flush();
  return nodes;
}

const quote = (lines, store) => h("blockquote", {}, withBreaks(lines, store));

function withBreaks(lines, store) {
  return lines.flatMap((line, index) => (index ? [h("br"), ...inline(line, store)] : inline(line, store)));
}

/** One line: styles, links, mentions, emoji. */
export function inline(text, store) {
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(TOKEN)) {
    if (match.index > at) nodes.push(unescape(text.slice(at, match.index)));
    nodes.push(token(match.groups, store));
    at = match.index + match[0].length;
  }
  if (at < text.length) nodes.push(unescape(text.slice(at)));
  return nodes;
}

function token(found, store) {
  if (found.angle !== undefined) return angle(found.angle, store);
  if (found.code !== undefined) return h("code", {}, unescape(found.code));
  if (found.bold !== undefined) return h("strong", {}, inline(found.bold, store));
  if (found.italic !== undefined) return h("em", {}, inline(found.italic, store));
  if (found.strike !== undefined) return h("s", {}, inline(found.strike, store));
  if (found.bare !== undefined) return link(unescape(found.bare));
  return emoji(found.emoji);
}

export function emoji(name) {
  if (!glyph(name)) return shown(name);
  return h("span", { class: "emoji", role: "img", "aria-label": name, title: `:${name}:` }, shown(name));
}

/** What stands between < and >: a person, a channel, a broadcast, a date or a link. */
export function angle(body, store) {
  const [target, label] = splitOnce(body, "|");
  if (/^@\w/.test(target)) return mention(target.slice(1), store, label);
  if (/^#\w/.test(target)) return channelLink(target.slice(1), store, label);
  if (/^!(?:here|channel|everyone|date\^|subteam\^)/.test(target)) return special(target.slice(1), label);
  if (!safeUrl(unescape(target))) return unescape(`<${body}>`); // nothing that Slack knows: the text itself
  return link(
    unescape(target),
    label === undefined ? unescape(target).replace(/^mailto:/, "") : inline(label, store),
  );
}

function splitOnce(text, mark) {
  const at = text.indexOf(mark);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

export function mention(id, store, label) {
  const name = store?.userName(id) ?? label ?? id;
  const mine = store?.me === id ? " mention-me" : "";
  return h("span", { class: `mention${mine}`, "data-user": id }, `@${unescape(name)}`);
}

export function channelLink(id, store, label) {
  const channel = store?.channels.get(id);
  const name = channel ? store.channelTitle(channel) : (label ?? id);
  return h("a", { class: "mention", href: `#${encodeURIComponent(id)}` }, `#${unescape(name)}`);
}

function special(body, label) {
  if (body.startsWith("date^")) return dateToken(body, label);
  if (body.startsWith("subteam^"))
    return h("span", { class: "mention" }, unescape(label ?? `@${body.slice(8)}`));
  return h("span", { class: "mention mention-me" }, `@${body}`);
}

function dateToken(body, label) {
  const [, seconds, format, address] = body.split("^");
  const text = formatDate(Number(seconds), format, unescape(label ?? ""));
  return address ? link(address, text) : h("time", { datetime: isoOf(seconds) }, text);
}

function isoOf(seconds) {
  const date = new Date(Number(seconds) * 1000);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
