import assert from "node:assert/strict";
import { test } from "node:test";

import { clock, dateText, size, timeRange } from "../../extension/texts/panel-formatting.js";

test("times are minutes and seconds with a tenth, carried over", () => {
  assert.equal(clock(0), "0:00.0");
  assert.equal(clock(75.25), "1:15.3");
  assert.equal(clock(59.96), "1:00.0");
  assert.equal(clock(null), "");
  assert.equal(timeRange([1, 2.5]), "0:01.0–0:02.5");
  assert.equal(timeRange([0, 0]), "");
  assert.equal(timeRange(null), "");
});

test("dates keep the precision they were entered in", () => {
  assert.equal(dateText("2019"), "2019");
  assert.equal(dateText("2019-06-12"), "2019-06-12");
  assert.equal(dateText("2019-06-12T14:03:00+08:00"), "2019-06-12, 14:03 +08:00");
  assert.equal(dateText("2026-11-25T09:00:01.5Z"), "2026-11-25, 09:00 UTC");
});

test("sizes are in the unit that a person would use", () => {
  assert.equal(size(950, "en"), "950 byte");
  assert.equal(size(54_875, "en"), "55 kB");
  assert.equal(size(3_400_000, "en"), "3.4 MB");
  assert.equal(size(0, "en"), "0 byte");
});
