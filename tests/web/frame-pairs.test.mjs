import assert from "node:assert/strict";
import { test } from "node:test";

import { clampIndex, firstIndexWithin, framePairs, nearestIndex } from "../../app/web/evidence/frame-pairs.js";

const at = (query_s, extra = {}) => ({ query_s, reference_s: query_s + 1, ...extra });

test("strip and pairs are one list in the item's order, the fuller of two kept", () => {
  const pairs = framePairs({ strip: [at(2), at(0)], pairs: [at(2.01, { difference: "d" }), at(1)] });
  assert.deepEqual(pairs.map((pair) => pair.query_s), [0, 1, 2.01]);
});

test("one timestamp of the item that shows two of the clip is two pairs", () => {
  assert.equal(framePairs({ strip: [at(1), { query_s: 1, reference_s: 9 }] }).length, 2);
});

test("no sheet is no pairs", () => assert.deepEqual(framePairs(null), []));

test("the nearest is found on either side", () => {
  const pairs = [at(0), at(1), at(2)];
  assert.equal(nearestIndex(pairs, 1.4), 1);
  assert.equal(nearestIndex(pairs, 3, "reference_s"), 2);
  assert.equal(nearestIndex([], 3), -1);
});

test("a span is shown by its first pair, else by the nearest to its start", () => {
  const pairs = [at(0), at(1), at(2)];
  assert.equal(firstIndexWithin(pairs, [0.6, 3]), 1);
  assert.equal(firstIndexWithin(pairs, [1.2, 1.4]), 1);
});

test("stepping stops at both ends", () => {
  assert.equal(clampIndex(0, -1, 3), 0);
  assert.equal(clampIndex(2, 1, 3), 2);
  assert.equal(clampIndex(1, 1, 3), 2);
});
