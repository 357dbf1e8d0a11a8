// An entry of our history, and what the service's answers change in it. Pure.

import { verdictOf } from "./report-summary.js";

export const FINAL = ["done", "failed", "cancelled", "gone", "unsent"];
export const STEPS = ["fetch", "metadata", "describe", "search", "compare", "pictures"];

/** The entry of our history with what the service said of its check. */
export function updatedEntry(entry, answer) {
  const report = answer.report ?? null;
  return {
    ...entry,
    state: answer.state,
    position: answer.position ?? null,
    step: answer.progress?.step ?? entry.step ?? null,
    share: answer.progress?.share ?? null,
    pictures: answer.pictures ?? entry.pictures ?? "none",
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

/** How far a check is, 0..1, over all its steps; null where that cannot be said. */
export function progressShare({ state, step, share: part }) {
  if (state !== "running") return null;
  const at = STEPS.indexOf(step === "fingerprint" ? "describe" : step);
  return at < 0 ? null : Math.min(1, (at + (part ?? 0)) / STEPS.length);
}
