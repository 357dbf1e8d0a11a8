import assert from "node:assert/strict";
import { test } from "node:test";

import { boxBetween, boxInScreenshot, captureAtRest, isBlack, isUsable, movedByKey } from "../../extension/capture/boxes.js";

test("an element's box is found in a capture at any scale, and cut at its edges", () => {
  const picture = { width: 2000, height: 1000 };
  const window = { width: 1000 };
  assert.deepEqual(boxInScreenshot({ left: 10, top: 20, width: 100, height: 50 }, window, picture), {
    left: 20,
    top: 40,
    width: 200,
    height: 100,
  });
  assert.deepEqual(boxInScreenshot({ left: -50, top: 400, width: 100, height: 500 }, window, picture), {
    left: 0,
    top: 800,
    width: 100,
    height: 200,
  });
});

test("a rectangle may be drawn from any corner", () => {
  const picture = { width: 100, height: 80 };
  const box = { left: 10, top: 20, width: 50, height: 40 };
  assert.deepEqual(boxBetween({ x: 10, y: 20 }, { x: 60, y: 60 }, picture), box);
  assert.deepEqual(boxBetween({ x: 60, y: 60 }, { x: 10, y: 20 }, picture), box);
  assert.deepEqual(boxBetween({ x: -5, y: -5 }, { x: 500, y: 500 }, picture), { left: 0, top: 0, width: 100, height: 80 });
  assert.equal(isUsable(boxBetween({ x: 1, y: 1 }, { x: 2, y: 90 }, picture)), false);
});

test("arrow keys move a rectangle, with Shift they resize it, within the picture", () => {
  const picture = { width: 100, height: 100 };
  const box = { left: 10, top: 10, width: 40, height: 40 };
  assert.deepEqual(movedByKey(box, "ArrowRight", false, 5, picture), { ...box, left: 15 });
  assert.deepEqual(movedByKey(box, "ArrowUp", false, 50, picture), { ...box, top: 0 });
  assert.deepEqual(movedByKey(box, "ArrowDown", true, 500, picture), { ...box, height: 90 });
  assert.deepEqual(movedByKey(box, "ArrowLeft", true, 500, picture), { ...box, width: 32 });
});

test("black is nearly nothing everywhere; one lit point is a picture", () => {
  const dark = new Uint8ClampedArray(4 * 100).map((_, i) => (i % 4 === 3 ? 255 : 9));
  assert.equal(isBlack(dark), true);
  dark[4 * 50 + 2] = 40;
  assert.equal(isBlack(dark), false);
});

test("a capture is used only where nothing moved meanwhile: the panel that opens narrows the page", async () => {
  const at = (left) => [{ token: 1, window: 900 - left, box: { left, top: 0, width: 50, height: 50 } }];
  const layouts = [at(100), at(20), at(20), at(20)];
  const pictures = ["while it moves", "at rest"];
  const found = await captureAtRest(async () => layouts.shift(), async () => pictures.shift());
  assert.deepEqual(found, { picture: "at rest", media: at(20) });
});

test("of a page that never comes to rest there is no thumbnail, rather than a wrong one", async () => {
  let left = 0;
  const list = async () => [{ token: 1, window: 900, box: { left: (left += 1) } }];
  assert.equal(await captureAtRest(list, async () => "moving"), null);
});
