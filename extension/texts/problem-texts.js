// Each thing that can be wrong with the service or a page, and what to do about it.

import { t } from "./messages.js";

const ACTIONS = {
  not_set_up: "setup",
  not_allowed: "allow",
  key: "setup",
  scope: "setup",
  old_server: "retry",
  old_extension: "retry",
  stranger: "setup",
};

/** {title, advice, action: setup | allow | retry} */
export function problemText(problem, server) {
  const kind = problem.kind ?? "refused";
  return {
    title: t(`problem_${kind}`, { server }),
    advice: t(`advice_${kind}`, { server, reason: problem.message }),
    action: ACTIONS[kind] ?? "retry",
  };
}

/** Why nothing could be had from the page, in words. */
export function tabText(problem) {
  const known = ["lost", "gone", "locked", "black", "moved", "too_large", "empty"];
  const why = known.includes(problem.why) ? problem.why : "unreadable";
  return t(`tab_${why}`);
}
