// What is on screen: captured, cut here, and only then sent.

import { boxInScreenshot, isBlack } from "./boxes.js";
import { call, capture, TabProblem } from "./tab.js";

export const RECORDED_TYPES = ["video/webm;codecs=vp9", "video/webm;codecs=vp8", "video/webm", "video/mp4"];

/** The window's picture, with the box of the element in it where that is known. */
export async function snapshot(ask, medium) {
  let box = null;
  let view = null;
  if (medium && ask.frame === 0) {
    const at = await call(ask, "place", medium.token);
    if (at.top) [box, view] = [at.box, at.window];
  }
  const picture = await capture(ask);
  const whole = { left: 0, top: 0, width: picture.width, height: picture.height };
  return { picture, box: box ? boxInScreenshot(box, view, picture) : whole, whole: box === null };
}

/** One part of a picture as a blob. Throws TabProblem "black" where there is nothing to see. */
export async function cut(picture, box) {
  const canvas = drawn(picture, box);
  refuseBlack(canvas);
  return canvas.convertToBlob({ type: "image/png" });
}

/** The same part of the window, twice a second, as a video of some seconds. */
export async function film(ask, first, box, seconds, onSecond) {
  const canvas = document.createElement("canvas"); // an OffscreenCanvas cannot be recorded
  [canvas.width, canvas.height] = [even(box.width), even(box.height)];
  const context = canvas.getContext("2d");
  context.drawImage(first, box.left, box.top, box.width, box.height, 0, 0, canvas.width, canvas.height);
  const type = RECORDED_TYPES.find((candidate) => MediaRecorder.isTypeSupported(candidate));
  const recorder = new MediaRecorder(canvas.captureStream(), {
    mimeType: type,
    videoBitsPerSecond: 6_000_000,
  });
  const parts = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  const ended = new Promise((done) => (recorder.onstop = done));
  recorder.start();
  let black = true;
  try {
    const until = Date.now() + seconds * 1000;
    while (Date.now() < until) {
      const picture = await capture(ask);
      if (picture.width !== first.width || picture.height !== first.height) throw new TabProblem("moved");
      context.drawImage(picture, box.left, box.top, box.width, box.height, 0, 0, canvas.width, canvas.height);
      black &&= isBlack(sample(picture, box));
      onSecond(Math.max(0, Math.ceil((until - Date.now()) / 1000)));
    }
  } finally {
    recorder.stop();
    await ended;
  }
  if (black) throw new TabProblem("black");
  return new Blob(parts, { type: type.split(";")[0] });
}

const even = (size) => Math.max(2, size - (size % 2));

function drawn(picture, box, width = box.width, height = box.height) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(picture, box.left, box.top, box.width, box.height, 0, 0, width, height);
  return canvas;
}

function sample(picture, box) {
  const [width, height] = [Math.min(64, box.width), Math.min(64, box.height)];
  return drawn(picture, box, width, height).getContext("2d").getImageData(0, 0, width, height).data;
}

function refuseBlack(canvas) {
  const whole = { left: 0, top: 0, width: canvas.width, height: canvas.height };
  if (isBlack(sample(canvas, whole))) throw new TabProblem("black");
}
