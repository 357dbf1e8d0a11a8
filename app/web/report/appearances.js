// When a clip was seen: an axis of years to look at, and every date with its kind to read.

import { foreign, h } from "../parts/dom.js";
import { addressLink, dateElement } from "../parts/values.js";
import { t } from "../texts/catalogue.js";
import { addedBy, dateKind } from "../texts/wording.js";
import { sortedByDate, yearAxis } from "./appearance-dates.js";

/** own(appearance, index) may give what stands behind a row, where it can be changed. */
export function appearancesView(appearances, claimedDate = null, own = () => null) {
  if (!appearances.length) return null;
  const rows = sortedByDate(appearances, claimedDate);
  return h(
    "section",
    { class: "sightings" },
    h("h4", {}, t("report-known-dates")),
    years(rows),
    h("ol", { class: "dates" }, rows.map((row) => dateRow(row, own))),
  );
}

function dateRow(row, own) {
  return h(
    "li",
    { class: `kind-${row.kind}` },
    h("span", { class: `dot dot-${row.kind}`, "aria-hidden": "true" }),
    dateElement(row.date),
    h("span", { class: "kind" }, dateKind(row)),
    h(
      "span",
      { class: "where" },
      row.publisher && foreign(row.publisher),
      row.source_url && addressLink(row.source_url),
      h("span", { class: "soft" }, addedBy(row) && foreign(addedBy(row))),
    ),
    own(row),
  );
}

function years(rows) {
  const drawn = yearAxis(rows);
  if (!drawn) return null;
  return h(
    "div",
    { class: "years", dir: "ltr", "aria-hidden": "true" },
    drawn.years.map(({ year, at }) => h("span", { class: "year", style: { left: `${100 * at}%` } }, year)),
    drawn.marks.map(({ kind, at }) => h("span", { class: `dot dot-${kind}`, style: { left: `${100 * at}%` } })),
  );
}
