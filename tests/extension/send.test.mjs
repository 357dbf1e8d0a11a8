import assert from "node:assert/strict";
import { test } from "node:test";

import "./stored.mjs";

const { checks, keep } = await import("../../extension/browser/storage.js");
const { sendLink } = await import("../../extension/service/send.js");

test("what was checked before has one row in the history: the newest", async () => {
  await keep({ id: "earlier", at: "2026-01-01T00:00:00.000Z", private: false, check: "K1", state: "done" });
  await keep({ id: "other", at: "2026-01-01T00:00:00.000Z", private: false, check: "K2", state: "done" });
  const followed = new Promise((resolve) => {
    const answer = { id: "K1", state: "done", pictures: "none", known: true };
    const panel = { api: { checkLink: async () => answer }, follow: resolve };
    const ask = { private: false, page: { url: "https://a.example/" } };
    sendLink(panel, { url: "https://a.example/v", how: "link", name: "v", claim: {}, context: {}, ask, medium: null });
  });
  const entry = await followed;
  assert.deepEqual((await checks()).map(({ id }) => id).sort(), [entry.id, "other"].sort());
  assert.equal(entry.check, "K1");
});
