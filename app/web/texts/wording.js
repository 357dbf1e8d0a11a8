// What the report's words mean to a reader: tones and careful sentences. Pure.
// The sentences stand in strings.js and follow app/report/html_wording.py.

const TONE_OF_FINDING = {
  contradicted: "alarm",
  partly_contradicted: "alarm",
  not_contradicted: "plain",
  not_checkable: "plain",
};

/** Which of the four tones a verdict takes: known, unsure, nothing, unreadable. */
export function tone(verdict) {
  if (!verdict) return "unreadable";
  if (verdict.relation === "undecided") return "unsure";
  return verdict.matched ? "known" : "nothing";
}

/** The tone of a line in a list, where only the relation is there. */
export function toneOfSummary(check) {
  if (check.state !== "done") return check.state === "failed" ? "unreadable" : "waiting";
  if (!check.relation) return "unreadable";
  return tone({ relation: check.relation, matched: check.relation !== "none" });
}

/** The word of strings.js that stands beside the tone. */
export function relationWord(verdict) {
  return verdict ? `relation.${verdict.relation}` : "relation.unreadable";
}

/** Names of the sentences below the headline, in order. */
export function meaningWords(report) {
  const { verdict } = report;
  if (!verdict) return ["meaning.unreadable"];
  if (verdict.relation === "undecided") {
    return [`meaning.undecided.${verdict.undecided ?? "weak_match"}`];
  }
  if (verdict.relation === "none") {
    return report.searched ? ["meaning.none", "meaning.searched"] : ["meaning.none"];
  }
  return [`meaning.${verdict.relation}`];
}

/** How a finding about the claimed date is coloured: alarm or plain. "Not contradicted" is no praise. */
export function findingTone(finding) {
  return TONE_OF_FINDING[finding] ?? "plain";
}

/** The name that a clip goes by. */
export function clipName(clip) {
  return clip.title || clip.name || clip.id;
}

/** The finding on the claimed date before and after an alert's find, where it is another one; else null. */
export function claimChange(alert) {
  const { claim_before: before, claim_after: after } = alert;
  if (!after || before === after) return null;
  return before ? { before, after } : { after };
}
