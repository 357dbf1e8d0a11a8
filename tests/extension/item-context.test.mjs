import assert from "node:assert/strict";
import { test } from "node:test";

import { contextOf } from "../../extension/service/item-context.js";

test("context holds what was chosen and no more", () => {
  const values = { page: "http://a/", time: "now", account: "A", text: "x".repeat(5000) };
  const chosen = { page: true, time: false, account: false, text: true };
  const context = contextOf(chosen, values, "file_page");
  assert.deepEqual(Object.keys(context), ["how", "page_url", "text"]);
  assert.equal(context.text.length, 4000);
  assert.deepEqual(contextOf({ account: true }, { account: "" }, "link"), { how: "link" });
});
