// Small texts for people: times, shares, sizes. The same rules as app/text/formatting.py: a test compares the two.

export const NOT_KNOWN = "—";

// as Python writes a rounded number: halves to the even neighbour
const ROUNDED = [0, 1, 2].map((digits) => new Intl.NumberFormat("en", { useGrouping: false, maximumFractionDigits: digits, roundingMode: "halfEven" }));

/** 1:02.3, or 1:00:02.3 from an hour on; an em dash for what is not known. */
export function clock(seconds) {
  if (seconds === null || seconds === undefined) return NOT_KNOWN;
  const tenths = roundEven(seconds * 10);
  const allMinutes = Math.floor(tenths / 600);
  const rest = tenths % 600;
  const hours = Math.floor(allMinutes / 60);
  const minutes = allMinutes % 60;
  const start = hours ? `${hours}:${two(minutes)}` : `${minutes}`;
  return `${start}:${two(Math.floor(rest / 10))}.${rest % 10}`;
}

/** 0:05.0–0:18.1, or one timestamp where the span has no length. */
export function timeRange([start, end]) {
  return start === end ? clock(start) : `${clock(start)}–${clock(end)}`;
}

/** 0.84 as 84 %. Never 0 % of what was there, nor 100 % of less. */
export function shareText(share, digits = 0) {
  if (share === null || share === undefined) return NOT_KNOWN;
  const [percent, least] = [share * 100, 10 ** -digits];
  if (percent > 0 && percent < least) return `< ${least} %`;
  if (percent > 100 - least && percent < 100) return `> ${100 - least} %`;
  return `${ROUNDED[digits].format(String(percent))} %`;
}

/** 12.3 MB, in powers of ten. */
export function size(bytes) {
  if (bytes === null || bytes === undefined) return NOT_KNOWN;
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  if (bytes < 1e9) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/** 2019-06-12T14:03:00+08:00 as 2019-06-12, 14:03:00 +08:00; other precisions as they are. */
export function dateText(date) {
  const parts = /^([^T]*)T(.+)$/s.exec(date);
  if (!parts) return date;
  const [, day, time] = parts;
  for (const zone of ["Z", "+00:00"]) {
    if (time.endsWith(zone)) return `${day}, ${time.slice(0, -zone.length)} UTC`;
  }
  const offset = /^(.*)([+-])([^+-]*)$/s.exec(time);
  return offset ? `${day}, ${offset[1]} ${offset[2]}${offset[3]}` : `${day}, ${time}`;
}

/** Two places, cut off and not rounded: nothing but certainty is shown as 1.00. */
export function scoreText(score) {
  return (Math.floor(score * 100 + 1e-9) / 100).toFixed(2);
}

/** The text where it is an http(s) address that may become a link, else null. */
export function webAddress(text) {
  return typeof text === "string" && /^https?:\/\//i.test(text) ? text : null;
}

/** A time of the service, in UTC, to the minute: 2026-11-25 22:31 UTC. */
export function utcTime(text) {
  const parts = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})/.exec(text ?? "");
  return parts ? `${parts[1]} ${parts[2]} UTC` : NOT_KNOWN;
}

function two(number) {
  return String(number).padStart(2, "0");
}

/** Halves go to the even neighbour, as Python rounds. */
function roundEven(value) {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
