import assert from "node:assert/strict";
import { test } from "node:test";

import { hostOf, isUnencrypted, matchPattern } from "../../extension/browser/host-permissions.js";

test("a pattern names one host, with its port where the browser takes ports", () => {
  assert.equal(matchPattern("http://127.0.0.1:8000/x?y", true), "http://127.0.0.1:8000/*");
  assert.equal(matchPattern("http://127.0.0.1:8000/x?y", false), "http://127.0.0.1/*");
  assert.equal(matchPattern("https://cdn.example/a", true), "https://cdn.example/*");
  assert.equal(matchPattern("http://[::1]:8000/", false), "http://[::1]/*");
  for (const other of ["blob:https://a/1", "data:image/png,", "file:///etc/passwd", "nothing", ""]) {
    assert.equal(matchPattern(other, true), null);
  }
  assert.equal(hostOf("http://a.example:81/b"), "a.example:81");
});

test("only what leaves this computer unencrypted is an open road", () => {
  assert.equal(isUnencrypted("http://desk.example"), true);
  assert.equal(isUnencrypted("http://127.example.org"), true);
  for (const safe of ["https://desk.example", "http://127.0.0.1:8000", "http://localhost", "http://[::1]:1"]) {
    assert.equal(isUnencrypted(safe), false);
  }
});
