// Dates that stand near a post, to be offered as the claimed date. Pure.
//
// Only what names its year is taken, and only what can be read in one way: 03/04/2022 is two days.

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const NAME = "(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\\.?";
const FORMS = [
  [/\b(\d{4})-(\d{2})-(\d{2})(?!\d)/g, (m) => [m[1], m[2], m[3]]],
  [new RegExp(`\\b(\\d{1,2})(?:st|nd|rd|th)? ${NAME},? (\\d{4})\\b`, "gi"), (m) => [m[3], month(m[2]), m[1]]],
  [new RegExp(`\\b${NAME} (\\d{1,2})(?:st|nd|rd|th)?,? (\\d{4})\\b`, "gi"), (m) => [m[3], month(m[1]), m[2]]],
  [/\b(\d{4})年(\d{1,2})月(\d{1,2})日/g, (m) => [m[1], m[2], m[3]]],
];

const month = (name) => MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1;

/** Days as YYYY-MM-DD, each once, in the order in which they stand. */
export function daysIn(text) {
  const days = [];
  for (const [form, parts] of FORMS) {
    for (const match of text.matchAll(form)) {
      const day = isoDay(...parts(match).map(Number));
      if (day) days.push([match.index, day]);
    }
  }
  return unique(days.sort((a, b) => a[0] - b[0]).map(([, day]) => day));
}

/** Offers from what in-page.js found: machine-readable times first, then what the text says. */
export function offeredDays({ times, days }) {
  const stated = times.flatMap((time) => daysIn(time));
  return unique([...stated, ...days.flatMap((line) => daysIn(line))]).slice(0, 3);
}

function isoDay(year, monthNumber, day) {
  const date = new Date(Date.UTC(year, monthNumber - 1, day));
  const real = date.getUTCMonth() === monthNumber - 1 && date.getUTCDate() === day;
  return real && year >= 1900 && year <= 2100 ? date.toISOString().slice(0, 10) : null;
}

const unique = (list) => [...new Set(list)];
