// The day that a date field holds, in words beneath it: the field itself writes it as the browser
// is set. The page comes with the words; here they follow the field.

const page = document.documentElement.lang || "en";
const format = new Intl.DateTimeFormat(page === "en" ? "en-GB" : page, {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});
/** @type {Intl.DateTimeFormatPartTypes[]} */
const ORDER = ["weekday", "day", "month", "year"];

/** @param {Date | null} day */
const words = (day) => {
  if (!day) return "";
  const parts = format.formatToParts(day);
  return ORDER.map((type) => parts.find((part) => part.type === type)?.value).join(" ");
};

/** @param {EventTarget | null} field */
const say = (field) => {
  if (!(field instanceof HTMLInputElement) || field.type !== "date") return;
  const output = field.nextElementSibling;
  if (output instanceof HTMLOutputElement) output.value = words(field.valueAsDate);
};

document.addEventListener("input", ({ target }) => say(target));
// What was kept over a change of language, or by the browser, is not what the page came with.
for (const field of document.querySelectorAll("input[type=date]")) say(field);
