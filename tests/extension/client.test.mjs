import assert from "node:assert/strict";
import { test } from "node:test";

import { older } from "../../extension/service/client.js";

test("versions are compared by their numbers", () => {
  assert.equal(older("0.1.0", "0.1.0"), false);
  assert.equal(older("0.1.9", "0.1.10"), true);
  assert.equal(older("1.0", "0.9.9"), false);
  assert.equal(older("0.1", "0.1.1"), true);
});
