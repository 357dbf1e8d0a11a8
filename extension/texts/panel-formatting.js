// A report, and what else the service tells, as words and choices for the panel. Pure.

export const FINAL = ["done", "failed", "cancelled", "gone", "unsent"];
export const STEPS = ["fetch", "metadata", "describe", "search", "compare", "pictures"];
export const DECISIONS = ["same_footage", "same_event", "different", "cannot_tell"];

/** What the panel says first. tone: known | none | undecided | unread */
export function verdictOf(report) {
  const verdict = report.verdict;
  if (!verdict) return { tone: "unread", headline: null, reasons: report.problems ?? [], limits: [] };
  const tone = verdict.matched ? "known" : verdict.relation === "undecided" ? "undecided" : "none";
  return { tone, headline: verdict.headline, reasons: verdict.reasons, limits: verdict.limits };
}

/** tone of a claimed date's finding: against | partly | open */
export function findingTone(finding) {
  return { contradicted: "against", partly_contradicted: "partly" }[finding] ?? "open";
}

export const acceptedMatches = (report) => (report.matches ?? []).filter((match) => match.accepted);

/** The matches that a person should look at: accepted ones, else the nearest of an undecided item. */
export function shownMatches(report) {
  const accepted = acceptedMatches(report);
  if (accepted.length) return accepted.slice(0, 3);
  return report.verdict?.relation === "undecided" ? (report.matches ?? []).slice(0, 1) : [];
}

export const clipTitle = (clip) => clip.title || clip.name;

/** Up to `most` pairs of frames of one clip, spread over what there is. */
export function pairsOf(pictures, clip, most = 3) {
  const pairs = pictures?.matches?.[clip]?.pairs ?? [];
  const usable = pairs.filter((pair) => pair.query && pair.reference);
  if (usable.length <= most) return usable;
  return Array.from({ length: most }, (_, i) => usable[Math.floor((i * usable.length) / most)]);
}

/** 75.25 -> "1:15.3"; null -> "" */
export function clock(seconds) {
  if (seconds === null || seconds === undefined) return "";
  const tenths = Math.round(seconds * 10);
  const minutes = Math.floor(tenths / 600);
  const rest = ((tenths % 600) / 10).toFixed(1);
  return `${minutes}:${rest.padStart(4, "0")}`;
}

export function stretch(span) {
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
export function moment(iso, locale) {
  const when = { dateStyle: "medium", timeStyle: "short" };
  return new Intl.DateTimeFormat(locale, when).format(new Date(iso));
}

/** How far a check is, 0..1, over all its steps; null where that cannot be said. */
export function share({ state, step, share: part }) {
  if (state !== "running") return null;
  const at = STEPS.indexOf(step === "fingerprint" ? "describe" : step);
  return at < 0 ? null : Math.min(1, (at + (part ?? 0)) / STEPS.length);
}

/** The entry of our history with what the service said of its check. */
export function updated(entry, told) {
  const report = told.report ?? null;
  return {
    ...entry,
    state: told.state,
    position: told.position ?? null,
    step: told.progress?.step ?? entry.step ?? null,
    share: told.progress?.share ?? null,
    pictures: told.pictures ?? entry.pictures ?? "none",
    headline: report?.verdict?.headline ?? entry.headline ?? null,
    tone: report ? verdictOf(report).tone : (entry.tone ?? null),
    finding: report?.claim?.date?.finding ?? entry.finding ?? null,
    firstSeen: report?.first_seen?.date ?? entry.firstSeen ?? null,
  };
}

/** Whether the service has something to say that the entry does not know yet. */
export function isSettled(entry) {
  return FINAL.includes(entry.state) && (entry.state !== "done" || entry.pictures !== "pending");
}

const CONTEXT = { page: "page_url", time: "seen_at", account: "account", text: "text" };
const MOST_CHARACTERS = 4000; // of each; the service takes no more

/** What goes with the item as context: only what was chosen, as the person left it. */
export function contextOf(chosen, values, how) {
  const context = { how };
  for (const [name, field] of Object.entries(CONTEXT)) {
    if (chosen[name] && values[name]) context[field] = values[name].slice(0, MOST_CHARACTERS);
  }
  return context;
}
