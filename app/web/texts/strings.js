// Every word that the page itself says, in one place, so that translations can follow.
// Texts of a report (headline, reasons, limits, edits) come from the service as they are.
// {name} is filled in; where a number decides, a text has the forms of Intl.PluralRules.

import { en } from "./strings-en.js";

const LANGUAGES = { en };
const chosen = "en";
const plural = new Intl.PluralRules(chosen);
const figures = new Intl.NumberFormat(chosen);

export const language = chosen;

/** The text of that name. `values.n`, if a number, chooses the form. */
export function t(name, values = {}) {
  const found = LANGUAGES[chosen][name];
  if (found === undefined) return name;
  const form = typeof found === "string" ? found : (found[plural.select(values.n)] ?? found.other);
  return form.replace(/\{(\w+)\}/g, (_, key) => told(values[key]));
}

/** The same, or null where no text has that name. */
export function known(name, values = {}) {
  return LANGUAGES[chosen][name] === undefined ? null : t(name, values);
}

function told(value) {
  return typeof value === "number" ? figures.format(value) : String(value ?? "");
}
