import assert from "node:assert/strict";
import { test } from "node:test";

import { hostOf, isOpenRoad, pattern } from "../../extension/browser/host-permissions.js";

test("a pattern names one host, with its port where the browser takes ports", () => {
  assert.equal(pattern("http://127.0.0.1:8000/x?y", true), "http://127.0.0.1:8000/*");
  assert.equal(pattern("http://127.0.0.1:8000/x?y", false), "http://127.0.0.1/*");
  assert.equal(pattern("https://cdn.example/a", true), "https://cdn.example/*");
  assert.equal(pattern("http://[::1]:8000/", false), "http://[::1]/*");
  for (const other of ["blob:https://a/1", "data:image/png,", "file:///etc/passwd", "nothing", ""]) {
    assert.equal(pattern(other, true), null);
  }
  assert.equal(hostOf("http://a.example:81/b"), "a.example:81");
});

test("only what leaves this computer unencrypted is an open road", () => {
  assert.equal(isOpenRoad("http://desk.example"), true);
  assert.equal(isOpenRoad("http://127.example.org"), true);
  for (const safe of ["https://desk.example", "http://127.0.0.1:8000", "http://localhost", "http://[::1]:1"]) {
    assert.equal(isOpenRoad(safe), false);
  }
});
