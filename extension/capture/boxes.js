// Arithmetic of boxes in a screenshot. Pure.

/** A box in CSS pixels as a whole-pixel box of the captured picture, cut to what is on it. */
export function boxInScreenshot(box, window, picture) {
  const scale = picture.width / window.width; // device pixels and page zoom in one
  const left = clamp(Math.round(box.left * scale), 0, picture.width);
  const top = clamp(Math.round(box.top * scale), 0, picture.height);
  const right = clamp(Math.round((box.left + box.width) * scale), 0, picture.width);
  const bottom = clamp(Math.round((box.top + box.height) * scale), 0, picture.height);
  return { left, top, width: right - left, height: bottom - top };
}

/**
 * A capture during which nothing moved: {picture, media}, the media as they stand in it. Opening the panel narrows
 * the page, which lays itself out anew; what was listed before is elsewhere then. Null where it never comes to rest.
 * list() gives the media, capture() a picture.
 */
export async function captureAtRest(list, capture) {
  let before = await list();
  for (let tries = 0; tries < 4; tries += 1) {
    const picture = await capture();
    const media = await list();
    if (layout(before) === layout(media)) return { picture, media };
    before = media;
  }
  return null;
}

const layout = (media) => JSON.stringify(media.map(({ token, box, window }) => [token, box, window]));

/** Two corners, in any order, as a box within a picture. */
export function boxBetween(a, b, picture) {
  const [left, right] = [a.x, b.x].map((x) => clamp(Math.round(x), 0, picture.width)).sort(ascending);
  const [top, bottom] = [a.y, b.y].map((y) => clamp(Math.round(y), 0, picture.height)).sort(ascending);
  return { left, top, width: right - left, height: bottom - top };
}

/** A box moved or resized by a key; steps of `step`, kept within the picture. */
export function movedByKey(box, key, resize, step, picture) {
  const dx = { ArrowLeft: -step, ArrowRight: step }[key] ?? 0;
  const dy = { ArrowUp: -step, ArrowDown: step }[key] ?? 0;
  if (resize) {
    return {
      ...box,
      width: clamp(box.width + dx, SMALLEST, picture.width - box.left),
      height: clamp(box.height + dy, SMALLEST, picture.height - box.top),
    };
  }
  return {
    ...box,
    left: clamp(box.left + dx, 0, picture.width - box.width),
    top: clamp(box.top + dy, 0, picture.height - box.height),
  };
}

export const SMALLEST = 32; // pixels; nothing smaller can be checked

export const isUsable = (box) => box.width >= SMALLEST && box.height >= SMALLEST;

const DARK = 12; // of 255; what browsers give for protected video is 0, coding may add a little

/** Whether nothing but black is there. data: RGBA of a small version of the picture. */
export function isBlack(data) {
  for (let i = 0; i < data.length; i += 4) {
    if (data[i] > DARK || data[i + 1] > DARK || data[i + 2] > DARK) return false;
  }
  return true;
}

const clamp = (value, least, most) => Math.min(Math.max(value, least), Math.max(least, most));
const ascending = (a, b) => a - b;
