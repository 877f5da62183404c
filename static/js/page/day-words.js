// The day that a date field holds, in words beneath it: the field itself writes it as the browser
// is set. The page comes with the words; here they follow the field, made of the page's own words
// for weekdays and months (portal/core/web/days.py), since browsers shorten them in other ways.

/**
 * @param {Date} day midnight in UTC
 * @param {DOMStringMap} dataset `weekdays`, of which Monday is the first, and `months`
 */
export const inWords = (day, { weekdays = "", months = "" }) =>
  [
    weekdays.split(" ")[(day.getUTCDay() + 6) % 7],
    day.getUTCDate(),
    months.split(" ")[day.getUTCMonth()],
    day.getUTCFullYear(),
  ].join(" ");

/** @param {EventTarget | null} field */
const say = (field) => {
  if (!(field instanceof HTMLInputElement) || field.type !== "date") return;
  const output = field.nextElementSibling;
  if (!(output instanceof HTMLOutputElement)) return;
  const day = field.valueAsDate;
  output.value = day ? inWords(day, output.dataset) : "";
};

document.addEventListener("input", ({ target }) => say(target));
// What was kept over a change of language, or by the browser, is not what the page came with.
for (const field of document.querySelectorAll("input[type=date]")) say(field);
