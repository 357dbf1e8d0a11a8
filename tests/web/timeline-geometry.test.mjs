import assert from "node:assert/strict";
import { test } from "node:test";

import { band, counterpart, edges, lengths, rest, ticks } from "../../app/web/report/timeline-geometry.js";

const segment = { query: [5, 18], reference: [0, 11], reversed: false };

test("both sides are as long as they are, or as what was found in them", () => {
  assert.deepEqual(lengths([segment], 20, 10), { item: 20, clip: 11 });
  assert.equal(lengths([], 20, 10), null);
  assert.equal(lengths([{ query: [0, 0], reference: [0, 0] }], null, null), null);
});

test("a timestamp is drawn as a line that can be seen, within the bar", () => {
  const [left, right] = edges([20, 20], 20);
  assert.ok(right > left && right <= 1);
});

test("a still is all of its bar", () => assert.deepEqual(edges([0, 0], 0), [0, 1]));

test("a segment that is played backwards has crossed edges", () => {
  const whole = { item: 20, clip: 11 };
  assert.equal(band(segment, whole), "250.0,0 900.0,0 1000.0,1000 0.0,1000");
  assert.equal(band({ ...segment, reversed: true }, whole), "250.0,0 900.0,0 0.0,1000 1000.0,1000");
});

test("what no span covers is left, slivers are not", () => {
  assert.deepEqual(rest([[5, 8], [0, 2], [8.05, 10]], 12), [[2, 5], [10, 12]]);
  assert.deepEqual(rest([], 3), [[0, 3]]);
});

test("ticks begin at nought and end at the end, and stand apart", () => {
  for (const whole of [0.8, 3.6, 31.2, 600, 7201]) {
    const made = ticks(whole);
    assert.equal(made[0].at, 0);
    assert.equal(made.at(-1).seconds, whole);
    assert.ok(made.length <= 7);
    for (let i = 1; i < made.length; i += 1) assert.ok(made[i].at > made[i - 1].at);
  }
  assert.deepEqual(ticks(0), []);
});

test("a timestamp's counterpart follows the speed and the direction", () => {
  const twice = { query: [0, 5], reference: [10, 20], reversed: false };
  assert.equal(counterpart([twice], 1), 12);
  assert.equal(counterpart([{ ...twice, reversed: true }], 1), 18);
  assert.equal(counterpart([twice], 7), null);
});
