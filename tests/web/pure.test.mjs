import assert from "node:assert/strict";
import { test } from "node:test";

import { axis, dated, decimalYear } from "../../app/web/report/appearance-dates.js";
import { standing } from "../../app/web/report/standing-decisions.js";
import { jsonLines } from "../../app/web/state/json-lines.js";
import { address, parse } from "../../app/web/state/route.js";
import { shareOf, stageIndex, stagesOf } from "../../app/web/state/stages.js";
import { claimChange, findingTone, meaningWords, tone, toneOfSummary } from "../../app/web/texts/wording.js";

const stream = (...parts) =>
  new ReadableStream({
    start(controller) {
      parts.forEach((part) => controller.enqueue(typeof part === "string" ? new TextEncoder().encode(part) : part));
      controller.close();
    },
  });

async function all(lines) {
  const found = [];
  for await (const line of lines) found.push(line);
  return found;
}

test("lines come whole, however the bytes are cut", async () => {
  const bytes = new TextEncoder().encode('{"a":"é"}\n');
  assert.deepEqual(await all(jsonLines(stream(bytes.slice(0, 7), bytes.slice(7), '\n{"b":', "2}\n"))), [{ a: "é" }, { b: 2 }]);
});

test("a last line that was cut off is left out", async () => {
  assert.deepEqual(await all(jsonLines(stream('{"a":1}\n{"b"'))), [{ a: 1 }]);
});

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

test("addresses come back as they went", () => {
  const made = address("library", "R000001", { q: "tower & clock", year: "" });
  const read = parse(made);
  assert.equal(read.view, "library");
  assert.equal(read.id, "R000001");
  assert.equal(read.query.get("q"), "tower & clock");
  assert.equal(read.query.has("year"), false);
});

test("an address that is not ours is the first view", () => {
  assert.equal(parse("#/%E0%A4%A/x").view, "");
  assert.equal(parse("#/nowhere/1").id, null);
});

test("dates of any precision sort, the claim among them", () => {
  const rows = dated([{ kind: "published", date: "2019-03-14" }, { kind: "archived", date: "2019" }], "2018-08");
  assert.deepEqual(rows.map((row) => row.kind), ["claimed", "archived", "published"]);
});

test("an axis of years holds every date", () => {
  const made = axis(dated([{ kind: "published", date: "2019-03-14" }], "2024-08-02"));
  assert.ok(made.marks.every((mark) => mark.at >= 0 && mark.at <= 1));
  assert.equal(made.years[0].year, 2019);
  assert.equal(axis([{ kind: "published", date: "2019" }]), null);
  assert.equal(decimalYear("not a date"), null);
});

test("progress never runs backwards over the stages", () => {
  const shares = stagesOf("link")
    .flatMap((step) => [0, 0.5, 1].map((share) => shareOf({ state: "running", progress: { step, share } })));
  assert.deepEqual(shares, [...shares].sort((a, b) => a - b));
  assert.equal(shareOf({ state: "running", progress: { step: "new", share: 1 } }), null);
  assert.equal(stageIndex("upload", "describe"), stageIndex("upload", "fingerprint"));
});

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

test("an alert says what it changed for the claimed date, and nothing where it changed nothing", () => {
  const alert = (claim_before, claim_after) => claimChange({ claim_before, claim_after });
  assert.deepEqual(alert("not_contradicted", "contradicted"), { before: "not_contradicted", after: "contradicted" });
  assert.deepEqual(alert(null, "contradicted"), { after: "contradicted" });
  for (const same of [alert("contradicted", "contradicted"), alert(null, null), claimChange({})]) assert.equal(same, null);
});
