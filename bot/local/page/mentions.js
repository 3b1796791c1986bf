/** Between what a person types ("@Maya", "#launch") and what Slack sends ("<@U…>", "<#C…|launch>"). */
import { unescape } from "./mrkdwn.js";

const literal = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

function handles(store) {
  const people = [...store.users.values()].flatMap((user) =>
    [user.name, user.real_name].filter(Boolean).map((name) => [`@${name}`, `<@${user.id}>`]),
  );
  const channels = [...store.channels.values()]
    .filter((channel) => !channel.is_im)
    .map((channel) => [`#${channel.name}`, `<#${channel.id}|${channel.name}>`]);
  return [...people, ...channels];
}

/** Typed names become ids; the longest name wins, so "@Ana Maria" is not "@Ana". */
export function encode(text, store) {
  const known = new Map(handles(store).map(([typed, sent]) => [typed.toLowerCase(), sent]));
  if (!known.size) return text;
  const names = [...known.keys()].sort((left, right) => right.length - left.length).map(literal);
  const pattern = new RegExp(`(^|[\\s(,;:"'])(${names.join("|")})(?![\\w-])`, "gi");
  return text.replace(pattern, (whole, before, name) => before + known.get(name.toLowerCase()));
}

/** A stored text as a person would type it. */
export function decode(text, store) {
  const named = text
    .replace(/<@(\w+)(?:\|[^>]*)?>/g, (whole, id) => `@${store.userName(id) ?? id}`)
    .replace(
      /<#(\w+)(?:\|([^>]*))?>/g,
      (whole, id, label) => `#${store.channels.get(id)?.name ?? label ?? id}`,
    )
    .replace(/<([^<>|]+)\|([^<>]+)>/g, "$2")
    .replace(/<((?:https?|mailto):[^<>]+)>/g, "$1");
  return unescape(named);
}
