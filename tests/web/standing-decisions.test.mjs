import assert from "node:assert/strict";
import { test } from "node:test";

import { standingDecisions } from "../../app/web/report/standing-decisions.js";

const decision = (by, decision, extra = {}) => ({ by, decision, mine: false, withdrawn_at: null, ...extra });

test("each person's newest decision stands, a withdrawn one does not", () => {
  const rows = standingDecisions([
    decision("b", "different", { withdrawn_at: "x" }),
    decision("a", "different"),
    decision("b", "same_event"),
    decision("a", "same_footage"),
  ]);
  assert.deepEqual(rows.map((row) => [row.withdrawn, row.older]), [[true, false], [false, false], [false, false], [false, true]]);
});

test("one's own decisions are one's own, whatever others call themselves", () => {
  const rows = standingDecisions([decision("night desk", "different"), decision("night desk", "same_event", { mine: true })]);
  assert.deepEqual(rows.map((row) => row.older), [false, false]);
});
