// Every sentence that the page says, by id: app/messages in Project Fluent, as app/messages/catalogue.py reads it.
// A parameter is a text, a number, a message {id, params}, or a list of texts and messages. Pure.

import { FluentBundle, FluentResource } from "../fluent/index.js";
import { printable } from "./escaping.js";
import { ExactNumber, FUNCTIONS } from "./fluent-functions.js";

let chosen = null; // {language, locale, direction, bundle, list}
let english = null; // what a language lacks is said in it

/** Reads a language, as the service describes it: {language, locale, direction}, and its entries. */
export function readLanguage({ language, locale, direction }, source) {
  const bundle = new FluentBundle([locale], { functions: FUNCTIONS, useIsolating: direction === "rtl" });
  const faults = bundle.addResource(new FluentResource(source));
  if (faults.length) throw faults[0];
  return { language, locale, direction, bundle, list: new Intl.ListFormat(locale, { type: "conjunction" }) };
}

/** The language of all that is said from here on, and what stands in for what it lacks. */
export function speak(language, fallback = language) {
  [chosen, english] = [language, fallback];
}

/** The code of the language that the page speaks: "en". */
export function spoken() {
  return chosen.language;
}

/** The text of an id with these parameters. A value of the report may be part of an id as it stands. */
export function t(id, params = {}) {
  return known(id, params) ?? missing(id);
}

/** The same, or null where there is no such entry. */
export function known(id, params = {}) {
  const name = id.replaceAll("_", "-");
  const speaker = [chosen, english].find(({ bundle }) => bundle.hasMessage(name));
  return speaker ? formatted(speaker, name, params) : null;
}

/** The text of a message {id, params}. */
export function render({ id, params = {} }) {
  return t(id, params);
}

function formatted({ bundle, list }, name, params) {
  const faults = [];
  const given = Object.fromEntries(Object.entries(params ?? {}).map(([key, value]) => [key, parameter(value, list)]));
  const text = bundle.formatPattern(bundle.getMessage(name).value, given, faults);
  faults.forEach((fault) => console.warn(`${name}: ${fault.message}`));
  return text;
}

function parameter(value, list) {
  if (typeof value === "number") return new ExactNumber(value);
  if (Array.isArray(value)) return list.format(value.map((part) => String(parameter(part, list))));
  if (value !== null && typeof value === "object") return render(value);
  return printable(String(value ?? ""));
}

/** A missing word must not stop the page; a test fails on the warning. */
function missing(id) {
  console.warn(`no message ${id}`);
  return id;
}
