import assert from "node:assert/strict";
import { test } from "node:test";

import { ndjsonRecords } from "../../extension/service/ndjson.js";

async function read(...pieces) {
  const bytes = pieces.map((piece) => new TextEncoder().encode(piece));
  let cancelled = false;
  const reader = {
    read: async () => (bytes.length ? { done: false, value: bytes.shift() } : { done: true }),
    cancel: async () => (cancelled = true),
  };
  const values = [];
  for await (const record of ndjsonRecords(reader)) values.push(record);
  return [values, cancelled];
}

test("records come whole, wherever the network cuts them", async () => {
  assert.deepEqual(await read('{"a":1}\n{"b', '":"é"}\n\n', '{"c":3'), [[{ a: 1 }, { b: "é" }], true]);
  const halves = new TextEncoder().encode('{"b":"é"}\n');
  const at = halves.indexOf(0xc3) + 1;
  const parts = [halves.slice(0, at), halves.slice(at)];
  const values = [];
  const reader = {
    read: async () => (parts.length ? { done: false, value: parts.shift() } : { done: true }),
    cancel: async () => null,
  };
  for await (const record of ndjsonRecords(reader)) values.push(record);
  assert.deepEqual(values, [{ b: "é" }]);
});
