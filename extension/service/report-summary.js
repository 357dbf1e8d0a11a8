// What the panel shows of a report: the verdict, the matches to look at, their frames. Pure.

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
