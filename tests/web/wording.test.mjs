import assert from "node:assert/strict";
import { test } from "node:test";

import { render } from "../../app/web/texts/catalogue.js";
import { addedBy, claimChange, claimRanges, dateKind, findingTone, foremostMatch, meaningWords, nearMisses, rangesText, relationWord, soundLines, tone, toneOfSummary } from "../../app/web/texts/wording.js";
import "./english.mjs";

test("a verdict has one of four tones", () => {
  assert.equal(tone(null), "unreadable");
  assert.equal(tone({ relation: "undecided", matched: false }), "unsure");
  assert.equal(tone({ relation: "none", matched: false }), "nothing");
  assert.equal(tone({ relation: "edited", matched: true }), "known");
});

test("a verdict has its word, and so has the lack of one", () => {
  assert.equal(render({ id: relationWord({ relation: "none" }) }), "No match");
  assert.equal(render({ id: relationWord(null) }), "Not readable");
});

test("what contradicts the claimed date has a tone of its own, in a list too", () => {
  const verdict = { relation: "copy", matched: true };
  assert.equal(tone(verdict, "contradicted"), "against");
  assert.equal(tone(verdict, "partly_contradicted"), "against");
  assert.equal(tone(verdict, "not_contradicted"), "known");
  assert.equal(toneOfSummary({ state: "done", relation: "copy", claim_finding: "contradicted" }), "against");
});

test("near misses are the clips that deserve a look", () => {
  const matches = [
    { accepted: true, relation: "copy", score: 0.9 },
    { accepted: false, relation: "none", score: 0.04 },
    { accepted: false, relation: "none", score: 0.05 },
    { accepted: false, relation: "undecided", score: 0.01 },
  ];
  assert.deepEqual(nearMisses(matches), matches.slice(2));
});

test("beside the verdict stands the earliest copy, else the first match", () => {
  const matches = [{ accepted: true, clip: { id: "a" } }, { accepted: true, clip: { id: "b" } }];
  assert.equal(foremostMatch({ matches, first_seen: { clip: "b" } }), matches[1]);
  assert.equal(foremostMatch({ matches, first_seen: null }), matches[0]);
  assert.equal(foremostMatch({ matches: [{ accepted: false, clip: { id: "a" } }] }), null);
});

test("a check that is not done has no tone of a verdict", () => {
  assert.equal(toneOfSummary({ state: "running" }), "waiting");
  assert.equal(toneOfSummary({ state: "failed" }), "unreadable");
  assert.equal(toneOfSummary({ state: "done", relation: "none" }), "nothing");
});

test("nothing found is never told without what it does not mean", () => {
  const [first, second] = meaningWords({ verdict: { relation: "none" }, searched: { clips: 3, seconds: 7199 } });
  assert.match(render(first), /says nothing about whether the item is genuine/);
  assert.equal(render(second), "3 clips (120 minutes of footage) were searched.");
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

test("a capture date says whose word it is, and only a person is said to have added one", () => {
  assert.match(dateKind({ kind: "captured", stated_by: "file" }), /in the file's metadata, not used as evidence/);
  assert.match(dateKind({ kind: "captured", stated_by: "person" }), /entered by a person, not used as evidence/);
  assert.equal(dateKind({ kind: "published" }), "published");
  assert.equal(addedBy({ entered_by: "ana", stated_by: "person" }), "added by ana");
  assert.equal(addedBy({ entered_by: "ana", stated_by: "file" }), null);
});

test("sound is told as reports tell it: never as shifted by nothing", () => {
  assert.deepEqual(soundLines({ state: "shifted", offset_s: 0 }), ["Same sound, out of sync"]);
  assert.deepEqual(soundLines({ state: "shifted", offset_s: -0.14 }), ["Same sound, 0.14 s earlier"]);
  assert.deepEqual(soundLines({ state: "absent" }), []);
  const part = { state: "replaced", query: [0, 5], clip: "R000003" };
  assert.deepEqual(soundLines({ state: "kept", spans: [part] }), ["Same sound", "0:00.0–0:05.0: Different sound, that of R000003"]);
});

test("ranges are a list, and a still is the picture", () => {
  assert.equal(rangesText([[0, 5], [6, 7]]), "0:00.0–0:05.0 and 0:06.0–0:07.0");
  assert.equal(rangesText([[0, 0]]), "the picture");
});

test("a claim says which ranges of which part it is about", () => {
  const parts = [{ id: "track-2", label: "video track 2" }, { id: "picture-2", label: "picture 2 of 3" }];
  const date = { query: [[0, 5]], parts: [{ part: "track-2", query: [[1, 2]] }, { part: "picture-2", query: [[0, 0]] }] };
  assert.deepEqual(claimRanges(date, parts), ["For 0:00.0–0:05.0 of the item", "For 0:01.0–0:02.0 of video track 2", "For picture 2 of 3"]);
  assert.deepEqual(claimRanges({ query: [[0, 0]] }), []);
});
