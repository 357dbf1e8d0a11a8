import assert from "node:assert/strict";
import { test } from "node:test";

import { askFrom } from "../../extension/background/click-request.js";
import { hostOf, isOpenRoad, pattern } from "../../extension/browser/host-permissions.js";
import { boxOf, inCapture, isBlack, isUsable, nudged } from "../../extension/capture/boxes.js";
import { fileName, isMediaType } from "../../extension/capture/media-files.js";
import { daysIn, offers } from "../../extension/capture/nearby-dates.js";
import { older } from "../../extension/service/client.js";
import { records } from "../../extension/service/ndjson.js";

test("a date is offered only where it can be read in one way", () => {
  assert.deepEqual(daysIn("Posted 27 November 2022 at 9:14"), ["2022-11-27"]);
  assert.deepEqual(daysIn("Nov. 3rd, 2021 and 2020-02-29"), ["2021-11-03", "2020-02-29"]);
  assert.deepEqual(daysIn("2022年11月27日"), ["2022-11-27"]);
  assert.deepEqual(daysIn("03/04/2022, 31 February 2020, 2021-02-29, May 2020"), []);
  assert.deepEqual(daysIn("in 2019 there were 12 of 2020"), []);
});

test("what a page states for machines is offered before what its text says, and each once", () => {
  const near = { times: ["2024-08-02T09:30:00Z", "2024-08-02"], days: ["1 July 2023", "2 August 2024"] };
  assert.deepEqual(offers(near), ["2024-08-02", "2023-07-01"]);
  assert.deepEqual(offers({ times: [], days: [] }), []);
});

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

test("playlists, pages and drawings are no media", () => {
  for (const good of ["image/jpeg", "video/mp4; codecs=x", "", "application/octet-stream"])
    assert.ok(isMediaType(good), good);
  for (const bad of [
    "text/html",
    "application/vnd.apple.mpegurl",
    "video/mpegurl",
    "image/svg+xml",
    "application/json",
  ]) {
    assert.ok(!isMediaType(bad), bad);
  }
});

test("a file's name comes from its address and fits its type", () => {
  assert.equal(fileName("https://a/b/clip.mp4?x=1", "video/mp4", "f"), "clip.mp4");
  assert.equal(fileName("https://a/photo", "image/jpeg", "f"), "photo.jpg");
  assert.equal(fileName("blob:https://a/1-2", "video/webm", "from-page"), "from-page.webm");
  assert.equal(fileName("https://a/", "image/png", "from-page"), "from-page.png");
  assert.equal(fileName("https://a/%2e%2e%2f%00x%3a.jpg", "image/jpeg", "f"), "..x.jpg");
  assert.equal(fileName("https://a/%E0%A4%A.jpg", "image/jpeg", "f"), "%E0%A4%A.jpg");
});

test("an element's box is found in a capture at any scale, and cut at its edges", () => {
  const picture = { width: 2000, height: 1000 };
  const window = { width: 1000 };
  assert.deepEqual(inCapture({ left: 10, top: 20, width: 100, height: 50 }, window, picture), {
    left: 20,
    top: 40,
    width: 200,
    height: 100,
  });
  assert.deepEqual(inCapture({ left: -50, top: 400, width: 100, height: 500 }, window, picture), {
    left: 0,
    top: 800,
    width: 100,
    height: 200,
  });
});

test("a rectangle may be drawn from any corner", () => {
  const picture = { width: 100, height: 80 };
  const box = { left: 10, top: 20, width: 50, height: 40 };
  assert.deepEqual(boxOf({ x: 10, y: 20 }, { x: 60, y: 60 }, picture), box);
  assert.deepEqual(boxOf({ x: 60, y: 60 }, { x: 10, y: 20 }, picture), box);
  assert.deepEqual(boxOf({ x: -5, y: -5 }, { x: 500, y: 500 }, picture), { left: 0, top: 0, width: 100, height: 80 });
  assert.equal(isUsable(boxOf({ x: 1, y: 1 }, { x: 2, y: 90 }, picture)), false);
});

test("arrow keys move a rectangle, with Shift they resize it, within the picture", () => {
  const picture = { width: 100, height: 100 };
  const box = { left: 10, top: 10, width: 40, height: 40 };
  assert.deepEqual(nudged(box, "ArrowRight", false, 5, picture), { ...box, left: 15 });
  assert.deepEqual(nudged(box, "ArrowUp", false, 50, picture), { ...box, top: 0 });
  assert.deepEqual(nudged(box, "ArrowDown", true, 500, picture), { ...box, height: 90 });
  assert.deepEqual(nudged(box, "ArrowLeft", true, 500, picture), { ...box, width: 32 });
});

test("black is nearly nothing everywhere; one lit point is a picture", () => {
  const dark = new Uint8ClampedArray(4 * 100).map((_, i) => (i % 4 === 3 ? 255 : 9));
  assert.equal(isBlack(dark), true);
  dark[4 * 50 + 2] = 40;
  assert.equal(isBlack(dark), false);
});

test("versions are compared by their numbers", () => {
  assert.equal(older("0.1.0", "0.1.0"), false);
  assert.equal(older("0.1.9", "0.1.10"), true);
  assert.equal(older("1.0", "0.9.9"), false);
  assert.equal(older("0.1", "0.1.1"), true);
});

test("a click is stored as what it asks for", () => {
  const tab = { id: 7, windowId: 3, url: "https://p/", title: "P", incognito: true };
  const info = { mediaType: "image", srcUrl: "https://c/a.jpg", linkUrl: "https://p/1", frameId: 2 };
  const ask = askFrom(info, tab, "id", 0);
  assert.deepEqual(ask, {
    id: "id",
    at: "1970-01-01T00:00:00.000Z",
    kind: "image",
    src: "https://c/a.jpg",
    link: "https://p/1",
    tab: 7,
    frame: 2,
    window: 3,
    page: { url: "https://p/", title: "P" },
    private: true,
  });
  assert.equal(askFrom({ linkUrl: "javascript:alert(1)" }, tab, "id", 0).link, null);
  assert.equal(askFrom({ mediaType: "audio", srcUrl: "https://c/a.mp3" }, tab, "id", 0).kind, "page");
  assert.equal(askFrom(null, tab, "id", 0).kind, "page");
});

async function read(...pieces) {
  const bytes = pieces.map((piece) => new TextEncoder().encode(piece));
  let cancelled = false;
  const reader = {
    read: async () => (bytes.length ? { done: false, value: bytes.shift() } : { done: true }),
    cancel: async () => (cancelled = true),
  };
  const found = [];
  for await (const record of records(reader)) found.push(record);
  return [found, cancelled];
}

test("records come whole, wherever the network cuts them", async () => {
  assert.deepEqual(await read('{"a":1}\n{"b', '":"é"}\n\n', '{"c":3'), [[{ a: 1 }, { b: "é" }], true]);
  const halves = new TextEncoder().encode('{"b":"é"}\n');
  const at = halves.indexOf(0xc3) + 1;
  const parts = [halves.slice(0, at), halves.slice(at)];
  const found = [];
  const reader = {
    read: async () => (parts.length ? { done: false, value: parts.shift() } : { done: true }),
    cancel: async () => null,
  };
  for await (const record of records(reader)) found.push(record);
  assert.deepEqual(found, [{ b: "é" }]);
});
