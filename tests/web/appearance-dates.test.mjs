import assert from "node:assert/strict";
import { test } from "node:test";

import { decimalYear, sortedByDate, yearAxis } from "../../app/web/report/appearance-dates.js";

test("dates of any precision sort, the claim among them", () => {
  const rows = sortedByDate([{ kind: "published", date: "2019-03-14" }, { kind: "archived", date: "2019" }], "2018-08");
  assert.deepEqual(rows.map((row) => row.kind), ["claimed", "archived", "published"]);
});

test("an axis of years holds every date", () => {
  const axis = yearAxis(sortedByDate([{ kind: "published", date: "2019-03-14" }], "2024-08-02"));
  assert.ok(axis.marks.every((mark) => mark.at >= 0 && mark.at <= 1));
  assert.equal(axis.years[0].year, 2019);
  assert.equal(yearAxis([{ kind: "published", date: "2019" }]), null);
  assert.equal(decimalYear("not a date"), null);
});
