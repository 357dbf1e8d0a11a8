// The stages of the work in words, and how far all of it has come. Pure but for its words.

import { known, t } from "../texts/catalogue.js";

// The order of the work, and the share of the whole at which each stage begins.
const STAGES = [
  ["fetch", 0],
  ["metadata", 0.04],
  ["fingerprint", 0.08],
  ["describe", 0.08],
  ["search", 0.7],
  ["compare", 0.74],
  ["pictures", 0.95],
];

/** What a check is doing, for one line. */
export function progressText(check) {
  if (check.state === "queued") {
    if (check.position === null || check.position === undefined) return t("page-state-queued");
    return check.position === 0 ? t("page-state-next") : t("page-state-position", { count: check.position });
  }
  if (check.state !== "running") return t(`page-state-${check.state}`);
  return stageText(check.progress?.step);
}

export function stageText(step) {
  return known(`page-stage-${step}`) ?? t("page-state-running");
}

/** 0..1 of the whole work; null where nothing is known. */
export function progressShare(check) {
  if (check?.state !== "running" || !check.progress) return null;
  const place = STAGES.findIndex(([name]) => name === check.progress.step);
  if (place < 0) return null;
  const from = STAGES[place][1];
  const to = STAGES.slice(place + 1).find(([, start]) => start > from)?.[1] ?? 1;
  return from + (to - from) * Math.min(Math.max(check.progress.share ?? 0, 0), 1);
}

/** The stages that a person is shown, in order; links begin with fetching. */
export function stagesOf(kind) {
  const shown = ["metadata", "fingerprint", "search", "compare", "pictures"];
  return kind === "link" ? ["fetch", ...shown] : shown;
}

/** Index of the stage at work in stagesOf(kind); -1 where the service does not say. */
export function stageIndex(kind, step) {
  return stagesOf(kind).indexOf(step === "describe" ? "fingerprint" : step);
}
