import assert from "node:assert/strict";
import { test } from "node:test";

import { fileName, isMediaType } from "../../extension/capture/media-files.js";

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
