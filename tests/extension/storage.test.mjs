import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { local, session } from "./stored.mjs";

const { checks, keep, noteAsk, noteView, wipe } = await import("../../extension/browser/storage.js");

const at = (minute) => new Date(minute * 60_000).toISOString();
const check = (minute, extra = {}) => ({ id: `c${minute}`, at: at(minute), private: false, ...extra });

beforeEach(async () => {
  for (const area of [local, session]) await area.remove(Object.keys(await area.get(null)));
});

test("the newest two hundred checks stay, and private ones do not count among them", async () => {
  await keep(check(0, { id: "p", private: true }));
  for (let minute = 1; minute <= 203; minute += 1) await keep(check(minute));
  const kept = (await checks()).map(({ id }) => id);
  assert.equal(kept.length, 201);
  assert.deepEqual([kept[0], kept[199], kept[200]], ["c203", "c4", "p"]);
});

test("a check of a private window is never written to the disk", async () => {
  await keep(check(1, { private: true }));
  assert.deepEqual(Object.keys(await local.get(null)), []);
  assert.deepEqual(Object.keys(await session.get(null)), ["check:c1"]);
});

test("wiping takes checks and where panels are, and leaves the connection", async () => {
  await local.set({ connection: { server: "http://a", key: "k" } });
  await keep(check(1));
  await keep(check(2, { private: true }));
  await noteAsk({ window: 7 });
  await noteView(7, { name: "history" });
  await wipe();
  assert.deepEqual(Object.keys(await local.get(null)), ["connection"]);
  assert.deepEqual(Object.keys(await session.get(null)), []);
});
