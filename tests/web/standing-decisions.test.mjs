import assert from "node:assert/strict";
import { test } from "node:test";

import { standing } from "../../app/web/report/standing-decisions.js";

const said = (by, decision, extra = {}) => ({ by, decision, mine: false, withdrawn_at: null, ...extra });

test("each person's newest decision stands, a withdrawn one does not", () => {
  const rows = standing([
    said("b", "different", { withdrawn_at: "x" }),
    said("a", "different"),
    said("b", "same_event"),
    said("a", "same_footage"),
  ]);
  assert.deepEqual(rows.map((row) => [row.withdrawn, row.older]), [[true, false], [false, false], [false, false], [false, true]]);
});

test("one's own decisions are one's own, whatever others call themselves", () => {
  const rows = standing([said("night desk", "different"), said("night desk", "same_event", { mine: true })]);
  assert.deepEqual(rows.map((row) => row.older), [false, false]);
});
