import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { printable } from "../../app/web/texts/escaping.js";
import * as formatting from "../../app/web/texts/formatting.js";

const table = JSON.parse(readFileSync(new URL("./formatting.json", import.meta.url), "utf-8"));

for (const [name, cases] of Object.entries(table)) {
  test(`${name} writes what Python writes`, () => {
    const write = name === "printable" ? printable : formatting[name];
    for (const [given, wanted] of cases) assert.equal(write(given), wanted, JSON.stringify(given));
  });
}

test("the joiners of honest names stay", () => {
  assert.equal(printable("نمی\u200cخواهم"), "نمی\u200cخواهم");
});

test("a time of the service is shown in UTC, to the minute", () => {
  assert.equal(formatting.utcTime("2026-11-25T22:31:07.123456Z"), "2026-11-25 22:31 UTC");
  assert.equal(formatting.utcTime(null), "—");
});
