/** What Slack checks in a modal before the app sees it: required fields, numbers, addresses, lengths. */
import { collect } from "./surface.js";
import { safeUrl } from "./dom.js";

/** One sentence for a person, or null when the field is well filled. */
export function checkField(block) {
  const [entry] = Object.values(collect(block)).flatMap((actions) => Object.values(actions));
  if (!entry) return null;
  if (isEmpty(entry)) return block.dataset.required === "true" ? "Please fill in this field." : null;
  const check = CHECKS[entry.type];
  return check ? check(String(entry.value), block.querySelector(".field")) : null;
}

function isEmpty(entry) {
  return Object.entries(entry)
    .filter(([name]) => name !== "type")
    .every(([, value]) => value === null || value === "" || value?.length === 0);
}

const CHECKS = {
  email_text_input: (value) =>
    /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value) ? null : "Please enter a valid e-mail address.",
  url_text_input: (value) =>
    safeUrl(value) ? null : "Please enter a whole address, beginning with https://.",
  number_input: checkNumber,
  plain_text_input: (value, field) => {
    const least = Number(field.getAttribute("minlength") ?? 0);
    return value.length < least ? `Please write at least ${least} characters.` : null;
  },
};

function checkNumber(value, field) {
  const { min, max, decimal } = field.dataset;
  const number = Number(value);
  if (!value.trim() || !Number.isFinite(number)) return "Please enter a number.";
  if (decimal !== "true" && !Number.isInteger(number)) return "Please enter a whole number.";
  if (min !== undefined && number < Number(min)) return `Please enter ${min} or more.`;
  return max !== undefined && number > Number(max) ? `Please enter ${max} or less.` : null;
}
