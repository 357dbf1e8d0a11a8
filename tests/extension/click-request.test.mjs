import assert from "node:assert/strict";
import { test } from "node:test";

import { askFrom } from "../../extension/background/click-request.js";

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
