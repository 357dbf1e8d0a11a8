import assert from "node:assert/strict";
import { test } from "node:test";

import { isSettled, share, updated } from "../../extension/service/history-entry.js";
import { contextOf } from "../../extension/service/item-context.js";
import { findingTone, pairsOf, shownMatches, verdictOf } from "../../extension/service/report-summary.js";
import { clock, dateText, size, stretch } from "../../extension/texts/panel-formatting.js";

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
    pairsOf(pictures, "R1").map((one) => one.index),
    [0, 2, 4],
  );
  assert.deepEqual(pairsOf(pictures, "R2"), []);
  assert.deepEqual(pairsOf(null, "R1"), []);
  assert.deepEqual(pairsOf({ matches: { R1: { pairs: [{ query: "q", reference: null }] } } }, "R1"), []);
});

test("times are minutes and seconds with a tenth, carried over", () => {
  assert.equal(clock(0), "0:00.0");
  assert.equal(clock(75.25), "1:15.3");
  assert.equal(clock(59.96), "1:00.0");
  assert.equal(clock(null), "");
  assert.equal(stretch([1, 2.5]), "0:01.0–0:02.5");
  assert.equal(stretch([0, 0]), "");
  assert.equal(stretch(null), "");
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

test("progress runs over all steps and is unknown while nothing is done", () => {
  assert.equal(share({ state: "queued" }), null);
  assert.equal(share({ state: "running", step: "" }), null);
  assert.equal(share({ state: "running", step: "describe", share: 0.5 }), 2.5 / 6);
  assert.equal(share({ state: "running", step: "pictures", share: 1 }), 1);
});

test("an entry learns what the service says and forgets nothing", () => {
  const entry = { id: "a", state: "sending" };
  const told = { state: "running", position: null, progress: { step: "search", share: 0.1 }, pictures: "none" };
  const running = updated(entry, told);
  assert.deepEqual([running.id, running.state, running.step], ["a", "running", "search"]);
  const done = updated(running, {
    state: "done",
    pictures: "pending",
    report: { ...report("edited", true), first_seen: { date: "2019" }, claim: { date: { finding: "contradicted" } } },
  });
  assert.deepEqual([done.tone, done.finding, done.firstSeen], ["known", "contradicted", "2019"]);
  const later = updated(done, { state: "done", pictures: "ready" });
  assert.deepEqual([later.tone, later.headline, later.pictures], ["known", "H", "ready"]);
});

test("a check is settled once its pictures are", () => {
  assert.equal(isSettled({ state: "running" }), false);
  assert.equal(isSettled({ state: "done", pictures: "pending" }), false);
  assert.equal(isSettled({ state: "done", pictures: "ready" }), true);
  assert.equal(isSettled({ state: "cancelled" }), true);
});

test("context holds what was chosen and no more", () => {
  const values = { page: "http://a/", time: "now", account: "A", text: "x".repeat(5000) };
  const chosen = { page: true, time: false, account: false, text: true };
  const context = contextOf(chosen, values, "file_page");
  assert.deepEqual(Object.keys(context), ["how", "page_url", "text"]);
  assert.equal(context.text.length, 4000);
  assert.deepEqual(contextOf({ account: true }, { account: "" }, "link"), { how: "link" });
});
