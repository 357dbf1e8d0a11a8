// The fields of a clip's context, as forms show them: texts, and one dated source.

import { t } from "../texts/catalogue.js";
import { dateKind } from "../texts/wording.js";
import { field, input } from "./controls.js";
import { h } from "./dom.js";

export const TEXTS = ["title", "place", "event", "language", "rights", "notes"];
export const KINDS = ["published", "archived", "attested", "captured"];

/** Fields for the texts, filled with what is known. */
export function textFields(values = {}) {
  return TEXTS.map((name) => {
    const control =
      name === "notes"
        ? h("textarea", { name, rows: 3, dir: "auto" })
        : input(name, { dir: "auto", maxlength: 500 });
    control.value = values[name] ?? "";
    return field(t(`page-context-${name}`), control, { optional: true });
  });
}

/** Fields for one sighting. required: a date must stand there. */
export function sightingFields({ required }) {
  const kind = h("select", { name: "kind" }, KINDS.map((value) => h("option", { value }, dateKind({ kind: value, stated_by: "person" }))));
  return [
    field(t("page-context-kind"), kind, { help: t("page-context-kind-help") }),
    field(t("page-context-date"), input("date", { dir: "ltr", placeholder: "2019-06-12", required }), {
      optional: !required,
      help: t("page-claim-date-help"),
    }),
    field(t("page-context-source-url"), input("source_url", { type: "url", dir: "ltr", placeholder: "https://" }), { optional: true }),
    field(t("page-context-publisher"), input("publisher", { dir: "auto", maxlength: 500 }), { optional: true }),
  ];
}

/** What a form says, empty texts as null. */
export function textsOf(form) {
  return Object.fromEntries(TEXTS.map((name) => [name, form.get(name)?.trim() || null]));
}

export function sightingOf(form) {
  const value = (name) => form.get(name)?.trim() || null;
  return { kind: value("kind"), date: value("date"), source_url: value("source_url"), publisher: value("publisher") };
}

/** The columns that a new clip is entered with: a date stands under the name of its kind. */
export function columnsOf(form) {
  const sighting = sightingOf(form);
  const columns = { ...textsOf(form), source_url: sighting.source_url, publisher: sighting.publisher };
  if (sighting.date) columns[sighting.kind] = sighting.date;
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== null));
}
