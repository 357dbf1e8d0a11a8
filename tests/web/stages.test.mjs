import assert from "node:assert/strict";
import { test } from "node:test";

import { progressShare, stageIndex, stagesOf } from "../../app/web/state/stages.js";

test("progress never runs backwards over the stages", () => {
  const shares = stagesOf("link")
    .flatMap((step) => [0, 0.5, 1].map((share) => progressShare({ state: "running", progress: { step, share } })));
  assert.deepEqual(shares, [...shares].sort((a, b) => a - b));
  assert.equal(progressShare({ state: "running", progress: { step: "new", share: 1 } }), null);
  assert.equal(stageIndex("upload", "describe"), stageIndex("upload", "fingerprint"));
});
