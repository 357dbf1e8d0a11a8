import assert from "node:assert/strict";
import { test } from "node:test";

import { claimChange, findingTone, meaningWords, tone, toneOfSummary } from "../../app/web/texts/wording.js";

test("a verdict has one of four tones", () => {
  assert.equal(tone(null), "unreadable");
  assert.equal(tone({ relation: "undecided", matched: false }), "unsure");
  assert.equal(tone({ relation: "none", matched: false }), "nothing");
  assert.equal(tone({ relation: "edited", matched: true }), "known");
});

test("a check that is not done has no tone of a verdict", () => {
  assert.equal(toneOfSummary({ state: "running" }), "waiting");
  assert.equal(toneOfSummary({ state: "failed" }), "unreadable");
  assert.equal(toneOfSummary({ state: "done", relation: "none" }), "nothing");
});

test("nothing found is never told without what it does not mean", () => {
  assert.equal(meaningWords({ verdict: { relation: "none" }, searched: {} })[0], "meaning.none");
});

test("not contradicted is no good news, and no alarm", () => {
  assert.equal(findingTone("not_contradicted"), "plain");
  assert.equal(findingTone("partly_contradicted"), "alarm");
  assert.equal(findingTone("something new"), "plain");
});

test("an alert says what it changed for the claimed date, and nothing where it changed nothing", () => {
  const alert = (claim_before, claim_after) => claimChange({ claim_before, claim_after });
  assert.deepEqual(alert("not_contradicted", "contradicted"), { before: "not_contradicted", after: "contradicted" });
  assert.deepEqual(alert(null, "contradicted"), { after: "contradicted" });
  for (const same of [alert("contradicted", "contradicted"), alert(null, null), claimChange({})]) assert.equal(same, null);
});
