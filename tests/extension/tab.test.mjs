// Scripts in the tab of the click: what is refused for an instant is tried again, what has moved on is not.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { mediaOf, TabProblem } from "../../extension/capture/tab.js";

const ASK = { tab: 7, window: 1, frame: 0, page: { url: "https://example.org/post" } };
const MEDIUM = { kind: "image", box: { width: 4, height: 3 } };
let refusals = 0;
let address = ASK.page.url;
let asked = 0;

beforeEach(() => {
  [refusals, asked, address] = [0, 0, ASK.page.url];
  globalThis.chrome = {
    scripting: {
      executeScript: async ({ files }) => {
        asked += 1;
        if (refusals-- > 0) throw new Error("Cannot access contents of the page.");
        return files ? [] : [{ frameId: 0, result: [MEDIUM] }];
      },
    },
    tabs: { query: async () => [{ id: ASK.tab, url: address }] },
  };
});

test("a refusal that passes is not the end", async () => {
  refusals = 2;
  assert.deepEqual(await mediaOf(ASK), [{ ...MEDIUM, frame: 0 }]);
  assert.equal(asked, 4, "the two that were refused, then both scripts");
});

test("a refusal that stays is said", async () => {
  refusals = 1000;
  await assert.rejects(mediaOf(ASK), (problem) => problem instanceof TabProblem && problem.why === "lost");
});

test("a tab that shows another page is not tried again", async () => {
  refusals = 1000;
  address = "https://example.org/next";
  await assert.rejects(mediaOf(ASK), TabProblem);
  assert.equal(asked, 1);
});
