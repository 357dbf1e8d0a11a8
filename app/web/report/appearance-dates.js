// Appearances of a clip in the order of their dates, with the claimed date among them. Pure.

const MOST_YEARS = 5; // written along the axis, so that a phone has room for them

/** First day that a written date can mean, as text that sorts; what it cannot read sorts last. */
export function sortKey(date) {
  return /^\d{4}/.test(date) ? date : `9999 ${date}`;
}

/** Rows {kind, date, …} by date; a claim becomes a row of kind "claimed". */
export function sortedByDate(appearances, claimedDate = null) {
  const rows = appearances.map((a) => ({ ...a }));
  if (claimedDate) rows.push({ kind: "claimed", date: claimedDate });
  return rows.sort((a, b) => {
    const [first, second] = [sortKey(a.date), sortKey(b.date)];
    return first < second ? -1 : first > second ? 1 : 0;
  });
}

/** Where on an axis from the first to the last year each row stands: {year, at: 0..1}. */
export function yearAxis(rows) {
  const places = rows.map((row) => decimalYear(row.date)).filter((year) => year !== null);
  if (places.length < 2) return null;
  const from = Math.floor(Math.min(...places));
  const to = Math.max(Math.ceil(Math.max(...places) + 0.001), from + 1);
  const at = (year) => (year - from) / (to - from);
  const step = Math.max(1, Math.ceil((to - from) / MOST_YEARS));
  const years = [];
  for (let year = from; year <= to; year += step) years.push({ year, at: at(year) });
  return {
    years,
    marks: rows
      .map((row) => ({ kind: row.kind, year: decimalYear(row.date) }))
      .filter((mark) => mark.year !== null)
      .map((mark) => ({ kind: mark.kind, at: at(mark.year) })),
  };
}

/** 2019-07 as 2019.5; null where no year stands there. */
export function decimalYear(date) {
  const parts = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?/.exec(date);
  if (!parts) return null;
  const month = parts[2] ? Number(parts[2]) - 1 : 0;
  const day = parts[3] ? Number(parts[3]) - 1 : 0;
  return Number(parts[1]) + (month + day / 31) / 12;
}
