import assert from "node:assert/strict";
import { test } from "node:test";

import { address, parse } from "../../app/web/state/route.js";

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
