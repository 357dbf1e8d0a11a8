// The frame pairs of a match in the order of the item's timestamps, and how to step through them. Pure.

const SAME_TIMESTAMP_S = 0.05; // nearer than this, two pairs are of one timestamp

/** Pairs and strip of an evidence sheet as one list, the fuller of two at one timestamp kept. */
export function framePairs(sheet) {
  const all = [...(sheet?.strip ?? []), ...(sheet?.pairs ?? [])].sort((a, b) => a.query_s - b.query_s);
  const pairs = [];
  for (const pair of all) {
    const last = pairs.at(-1);
    const same =
      last &&
      pair.query_s - last.query_s < SAME_TIMESTAMP_S &&
      Math.abs(pair.reference_s - last.reference_s) < SAME_TIMESTAMP_S;
    if (!same) pairs.push(pair);
    else if (fullness(pair) > fullness(last)) pairs[pairs.length - 1] = pair;
  }
  return pairs;
}

function fullness(pair) {
  return (pair.difference ? 1 : 0) + (pair.aligned ? 1 : 0);
}

/** Index of the pair nearest to a time of one side ("query_s" or "reference_s"); -1 where none. */
export function nearestIndex(list, seconds, side = "query_s") {
  let best = -1;
  list.forEach((pair, index) => {
    if (best < 0 || Math.abs(pair[side] - seconds) < Math.abs(list[best][side] - seconds)) best = index;
  });
  return best;
}

/** Index of the first pair within a span, else the nearest to its start. */
export function firstIndexWithin(list, [start, end], side = "query_s") {
  const within = list.findIndex((pair) => pair[side] >= start - SAME_TIMESTAMP_S && pair[side] <= end + SAME_TIMESTAMP_S);
  return within >= 0 ? within : nearestIndex(list, start, side);
}

/** The next index, which stops at both ends. */
export function clampIndex(index, by, length) {
  return Math.min(Math.max(index + by, 0), length - 1);
}
