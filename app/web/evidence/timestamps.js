// The instants of a match that have pictures, in the item's order, and how one steps through. Pure.

const SAME_S = 0.05; // nearer than this, a pair and a picture of the strip are one instant

/** Pairs and strip of an evidence sheet as one list, the fuller of two at one instant kept. */
export function moments(sheet) {
  const all = [...(sheet?.strip ?? []), ...(sheet?.pairs ?? [])].sort((a, b) => a.query_s - b.query_s);
  const kept = [];
  for (const one of all) {
    const last = kept.at(-1);
    const same =
      last && one.query_s - last.query_s < SAME_S && Math.abs(one.reference_s - last.reference_s) < SAME_S;
    if (!same) kept.push(one);
    else if (worth(one) > worth(last)) kept[kept.length - 1] = one;
  }
  return kept;
}

function worth(one) {
  return (one.difference ? 1 : 0) + (one.aligned ? 1 : 0);
}

/** Index of the moment nearest to a time of one side ("query_s" or "reference_s"); -1 where none. */
export function nearest(list, seconds, side = "query_s") {
  let best = -1;
  list.forEach((one, index) => {
    if (best < 0 || Math.abs(one[side] - seconds) < Math.abs(list[best][side] - seconds)) best = index;
  });
  return best;
}

/** Index of the first moment within a span, else the nearest to its start. */
export function firstWithin(list, [start, end], side = "query_s") {
  const within = list.findIndex((one) => one[side] >= start - SAME_S && one[side] <= end + SAME_S);
  return within >= 0 ? within : nearest(list, start, side);
}

/** The next index, held at both ends. */
export function stepped(index, by, length) {
  return Math.min(Math.max(index + by, 0), length - 1);
}
