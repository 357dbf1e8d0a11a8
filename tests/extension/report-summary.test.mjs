import assert from "node:assert/strict";
import { test } from "node:test";

import { findingTone, pairsOf, shownMatches, verdictOf } from "../../extension/service/report-summary.js";

const report = (relation, matched, matches = []) => ({
  verdict: { relation, matched, headline: "H", reasons: ["r"], limits: ["l"] },
  matches,
});

test("a verdict has a tone, and a file that could not be read has its problems", () => {
  assert.equal(verdictOf(report("edited", true)).tone, "known");
  assert.equal(verdictOf(report("none", false)).tone, "none");
  assert.equal(verdictOf(report("undecided", false)).tone, "undecided");
  const unread = verdictOf({ verdict: null, problems: ["ends at 3 s"] });
  assert.deepEqual([unread.tone, unread.headline, unread.reasons], ["unread", null, ["ends at 3 s"]]);
});

test("not contradicted is not confirmed: it has no tone of its own", () => {
  assert.equal(findingTone("contradicted"), "against");
  assert.equal(findingTone("partly_contradicted"), "partly");
  assert.equal(findingTone("not_contradicted"), "open");
  assert.equal(findingTone("not_checkable"), "open");
});

test("near misses are shown only where a person must decide", () => {
  const near = { accepted: false, clip: { id: "R1" } };
  const sure = { accepted: true, clip: { id: "R2" } };
  assert.deepEqual(shownMatches(report("none", false, [near])), []);
  assert.deepEqual(shownMatches(report("undecided", false, [near])), [near]);
  assert.deepEqual(shownMatches(report("copy", true, [sure, near])), [sure]);
});

test("frames are spread over the match and come in pairs", () => {
  const pair = (n) => ({ index: n, query: `q${n}`, reference: `r${n}` });
  const pictures = { matches: { R1: { pairs: [0, 1, 2, 3, 4, 5].map(pair) } } };
  assert.deepEqual(
    pairsOf(pictures, "R1").map((pair) => pair.index),
    [0, 2, 4],
  );
  assert.deepEqual(pairsOf(pictures, "R2"), []);
  assert.deepEqual(pairsOf(null, "R1"), []);
  assert.deepEqual(pairsOf({ matches: { R1: { pairs: [{ query: "q", reference: null }] } } }, "R1"), []);
});
