import assert from "node:assert/strict";
import { test } from "node:test";

import { isSettled, progressShare, updatedEntry } from "../../extension/service/history-entry.js";

const report = (relation, matched, matches = []) => ({
  verdict: { relation, matched, headline: "H", reasons: ["r"], limits: ["l"] },
  matches,
});

test("progress runs over all steps and is unknown while nothing is done", () => {
  assert.equal(progressShare({ state: "queued" }), null);
  assert.equal(progressShare({ state: "running", step: "" }), null);
  assert.equal(progressShare({ state: "running", step: "describe", share: 0.5 }), 2.5 / 6);
  assert.equal(progressShare({ state: "running", step: "pictures", share: 1 }), 1);
});

test("an entry learns what the service says and forgets nothing", () => {
  const entry = { id: "a", state: "sending" };
  const answer = { state: "running", position: null, progress: { step: "search", share: 0.1 }, pictures: "none" };
  const running = updatedEntry(entry, answer);
  assert.deepEqual([running.id, running.state, running.step], ["a", "running", "search"]);
  const done = updatedEntry(running, {
    state: "done",
    pictures: "pending",
    report: { ...report("edited", true), first_seen: { date: "2019" }, claim: { date: { finding: "contradicted" } } },
  });
  assert.deepEqual([done.tone, done.finding, done.firstSeen], ["known", "contradicted", "2019"]);
  const later = updatedEntry(done, { state: "done", pictures: "ready" });
  assert.deepEqual([later.tone, later.headline, later.pictures], ["known", "H", "ready"]);
});

test("a check is settled once its pictures are", () => {
  assert.equal(isSettled({ state: "running" }), false);
  assert.equal(isSettled({ state: "done", pictures: "pending" }), false);
  assert.equal(isSettled({ state: "done", pictures: "ready" }), true);
  assert.equal(isSettled({ state: "cancelled" }), true);
});
