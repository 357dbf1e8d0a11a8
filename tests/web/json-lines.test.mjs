import assert from "node:assert/strict";
import { test } from "node:test";

import { jsonLines } from "../../app/web/state/json-lines.js";

const stream = (...parts) =>
  new ReadableStream({
    start(controller) {
      parts.forEach((part) => controller.enqueue(typeof part === "string" ? new TextEncoder().encode(part) : part));
      controller.close();
    },
  });

async function all(lines) {
  const values = [];
  for await (const line of lines) values.push(line);
  return values;
}

test("lines come whole, however the bytes are cut", async () => {
  const bytes = new TextEncoder().encode('{"a":"é"}\n');
  assert.deepEqual(await all(jsonLines(stream(bytes.slice(0, 7), bytes.slice(7), '\n{"b":', "2}\n"))), [{ a: "é" }, { b: 2 }]);
});

test("a last line that was cut off is left out", async () => {
  assert.deepEqual(await all(jsonLines(stream('{"a":1}\n{"b"'))), [{ a: 1 }]);
});
