// Times, dates and sizes as the panel shows them. Pure.

/** 75.25 -> "1:15.3"; null -> "" */
export function clock(seconds) {
  if (seconds === null || seconds === undefined) return "";
  const tenths = Math.round(seconds * 10);
  const minutes = Math.floor(tenths / 600);
  const rest = ((tenths % 600) / 10).toFixed(1);
  return `${minutes}:${rest.padStart(4, "0")}`;
}

export function timeRange(span) {
  return span && span[1] > span[0] ? `${clock(span[0])}–${clock(span[1])}` : "";
}

export function size(bytes, locale) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  return new Intl.NumberFormat(locale, {
    style: "unit",
    unit: units[power],
    maximumFractionDigits: power > 1 ? 1 : 0,
  }).format(bytes / 1000 ** power);
}

/** A date of the library, in the precision it was entered in: "2019-03-15, 08:20 +08:00". */
export function dateText(date) {
  const [day, time] = date.split("T");
  if (!time) return day;
  const [, clockTime, zone] = /^(\d\d:\d\d)(?::[\d.]+)?(.*)$/.exec(time) ?? [null, time, ""];
  return `${day}, ${clockTime}${zone ? ` ${zone === "Z" ? "UTC" : zone}` : ""}`;
}

/** A moment of ours, in the person's zone. Dates of the library are shown as they were entered. */
export function dateTimeText(iso, locale) {
  const when = { dateStyle: "medium", timeStyle: "short" };
  return new Intl.DateTimeFormat(locale, when).format(new Date(iso));
}
