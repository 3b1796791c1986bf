/** Times as people read them. A Slack `ts` is seconds since 1970 with six decimals, as text. */

const TIME = { hour: "2-digit", minute: "2-digit", hour12: false };

export const dateOf = (ts) => new Date(Number(ts) * 1000);

export const clock = (ts) => dateOf(ts).toLocaleTimeString("en-GB", TIME);

export const fullTime = (ts) =>
  dateOf(ts).toLocaleString("en-GB", { dateStyle: "full", timeStyle: "medium" });

export const dayKey = (ts) => dateOf(ts).toDateString();

const startOfDay = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());

/** "Today", "Yesterday" or "Monday, 23 November". */
export function dayName(ts) {
  const days = Math.round((startOfDay(new Date()) - startOfDay(dateOf(ts))) / 86_400_000);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  return dateOf(ts).toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long" });
}

/** "just now", "5 min ago", "3 h ago" or a day. */
export function ago(ts) {
  const minutes = Math.floor((Date.now() / 1000 - Number(ts)) / 60);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ago`;
  return dayName(ts);
}

const DATE_PARTS = {
  date_num: (date) => date.toISOString().slice(0, 10),
  date: (date) => date.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" }),
  date_short: (date) => date.toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" }),
  date_long: (date) =>
    date.toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long", year: "numeric" }),
  day_divider_pretty: (date) => dayName(date.getTime() / 1000),
  time: (date) => date.toLocaleTimeString("en-GB", TIME),
  time_secs: (date) => date.toLocaleTimeString("en-GB", { ...TIME, second: "2-digit" }),
  ago: (date) => ago(date.getTime() / 1000),
};

/** Slack's date format string, such as "{date_short_pretty} at {time}", in this browser's timezone. */
export function formatDate(seconds, format, fallback) {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return fallback || "unknown date";
  return String(format || "{date_short} {time}").replace(/\{(\w+)\}/g, (whole, name) => {
    const part = DATE_PARTS[name] ?? DATE_PARTS[name.replace(/_pretty$/, "")];
    return part ? part(date) : whole;
  });
}
