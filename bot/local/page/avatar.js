/** Who wrote a message, as name and picture: a person, the app, or one of the app's personas. */
import { h, picture } from "./dom.js";
import { glyph } from "./emoji.js";
import { nameOf } from "./store.js";

/** `{key, name, isApp, node}`; messages with one `key` in a row are drawn together. */
export function authorOf(message, store) {
  const user = store.users.get(message.user ?? (message.bot_id ? store.bot.user_id : undefined));
  const isApp = Boolean(message.bot_id) || Boolean(user?.is_bot);
  const name = message.username || nameOf(user) || (isApp ? store.bot.name : message.user) || "unknown";
  const sign = message.icons?.emoji;
  return {
    key: `${message.user ?? message.bot_id}|${name}|${sign ?? ""}`,
    name,
    isApp,
    picture: () => face(message, user, name),
  };
}

function face(message, user, name) {
  const sign = glyph(message.icons?.emoji ?? "");
  if (sign)
    return h("span", { class: "avatar persona", "aria-hidden": "true", vars: { tint: tintOf(name) } }, sign);
  const address = message.icons?.image_48 ?? message.icons?.image_64;
  if (address) return picture(address, "", "avatar");
  return userFace(message.username ? { name } : (user ?? { name }));
}

/** A person's initials on their colour; the app's own sign for the app. */
export function userFace(user, className = "avatar") {
  if (user.is_bot) return h("img", { class: className, src: "/page/icon.svg", alt: "" });
  return h(
    "span",
    { class: className, "aria-hidden": "true", vars: { tint: colourOf(user) } },
    user.initials || initials(nameOf(user) ?? "?"),
  );
}

function initials(name) {
  return name
    .split(/[\s._-]+/)
    .filter(Boolean)
    .slice(0, 2)
    .map((word) => [...word][0].toUpperCase())
    .join("");
}

function colourOf(user) {
  const given = String(user.color ?? "").replace(/^#?/, "#");
  return /^#[0-9a-f]{6}$/i.test(given) ? given : tintOf(nameOf(user) ?? "");
}

/** The same soft colour for the same name, every time. */
function tintOf(name) {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)) % 360;
  return `hsl(${sum} 42% 46%)`;
}
