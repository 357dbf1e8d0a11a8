// The geometry of timelines: spans of seconds in, shares of a width out. Pure.

export const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400];
const MAX_TICKS = 5;
const POINT = 0.006; // share of the width that a single timestamp is drawn as

/** The lengths that both sides are drawn with; null where neither has one. */
export function lengths(segments, itemS, clipS) {
  const item = Math.max(itemS ?? 0, ...segments.map((s) => s.query[1]));
  const clip = Math.max(clipS ?? 0, ...segments.map((s) => s.reference[1]));
  return segments.length && (item > 0 || clip > 0) ? { item, clip } : null;
}

/** [left, right] as shares; one timestamp is a thin line, a still is all of its bar. */
export function edges([start, end], whole) {
  if (whole <= 0) return [0, 1];
  const left = start / whole;
  const right = Math.min(end / whole, 1);
  if (right - left >= POINT) return [left, right];
  const middle = Math.min(Math.max((left + right) / 2, POINT / 2), 1 - POINT / 2);
  return [middle - POINT / 2, middle + POINT / 2];
}

/** Corners of the band from a piece of the item (above) to one of the clip (below), 0..1000. */
export function band(segment, whole) {
  const above = edges(segment.query, whole.item);
  const below = edges(segment.reference, whole.clip);
  const [first, last] = segment.reversed ? [below[1], below[0]] : below;
  const corners = [[above[0], 0], [above[1], 0], [last, 1000], [first, 1000]];
  return corners.map(([x, y]) => `${(x * 1000).toFixed(1)},${y}`).join(" ");
}

/** What of [0, whole) no span covers, pieces under a tenth of a second left out. */
export function rest(spans, whole) {
  const left = [];
  let from = 0;
  for (const [start, end] of [...spans].sort((a, b) => a[0] - b[0])) {
    if (start - from > 0.1) left.push([from, start]);
    from = Math.max(from, end);
  }
  if (whole - from > 0.1) left.push([from, whole]);
  return left;
}

/** Round timestamps with the start and the end, each {at: share, seconds}; none for a still. */
export function ticks(whole) {
  if (whole <= 0) return [];
  const step = STEPS_S.find((s) => whole / s <= MAX_TICKS) ?? whole / MAX_TICKS;
  const made = [{ at: 0, seconds: 0 }];
  for (let i = 1; whole - i * step > 0.8 * step; i += 1) {
    made.push({ at: (i * step) / whole, seconds: i * step });
  }
  return [...made, { at: 1, seconds: whole }];
}

/** The clip's timestamp that shows at one of the item's, or null outside every segment. */
export function counterpart(segments, querySeconds) {
  const segment = segments.find((s) => s.query[0] <= querySeconds && querySeconds <= s.query[1]);
  if (!segment) return null;
  const length = segment.query[1] - segment.query[0];
  const part = length > 0 ? (querySeconds - segment.query[0]) / length : 0;
  const [start, end] = segment.reference;
  return segment.reversed ? end - part * (end - start) : start + part * (end - start);
}
