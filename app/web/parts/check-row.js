// One item on the desk: on its way up, in the queue, at work, read. The row stays, its texts change.

import { address } from "../state/route.js";
import { progressShare, progressText } from "../state/stages.js";
import { cancel, correct, drop, tryAgain } from "../state/submissions.js";
import { size } from "../texts/formatting.js";
import { known, t } from "../texts/catalogue.js";
import { relationWord, toneOfSummary } from "../texts/wording.js";
import { alarm, announce } from "./announce.js";
import { button } from "./controls.js";
import { fill, foreign, h } from "./dom.js";
import { icon } from "./icons.js";
import { reasonOf } from "./notices.js";
import { dotted } from "./values.js";

export function submissionRow(item) {
  const title = h("p", { class: "row-name" });
  const state = h("p", { class: "row-state" });
  const bar = h("progress", { max: 1, "aria-label": t("page-progress-of", { name: item.name }) });
  const said = h("p", { class: "row-said" });
  const actions = h("div", { class: "actions" });
  const away = h("div", { class: "row-away" });
  const element = h("li", { class: "row" }, h("div", { class: "row-head" }, title, state, away), bar, said, actions);
  const fresh = !item.check; // handed in here and now: its result is what one waits for
  let before = "";
  let timer = null;
  update();
  return { element, update };

  function update() {
    const { check, phase } = item;
    element.dataset.tone = check ? toneOfSummary(check) : phase === "failed" ? "unreadable" : "waiting";
    fill(state, stateText(item));
    const share = item.phase === "accepted" ? progressShare(check) : item.total ? item.sent / item.total : null;
    const working = ["waiting", "sending"].includes(phase) || (check && ["queued", "running"].includes(check.state));
    bar.hidden = !working || (check?.state === "queued");
    if (share === null) bar.removeAttribute("value");
    else bar.value = share;
    fill(said, saidOf(item));
    said.hidden = !said.childNodes.length;
    const mark = [phase, check?.state, check?.id, item.existing, item.error?.message, check?.headline].join();
    if (mark === before) return; // buttons stay while nothing changed that they depend on
    tell(before);
    before = mark;
    fill(title, check ? h("a", { href: address("checks", check.id) }, foreign(item.name)) : foreign(item.name));
    fill(away, putAway(item));
    const focused = actions.contains(document.activeElement);
    fill(actions, actionsOf(item, fresh));
    actions.hidden = !actions.childNodes.length;
    if (focused) (actions.querySelector("a, button") ?? title).focus();
    clearInterval(timer);
    if (phase === "full") timer = setInterval(() => fill(said, saidOf(item)), 1000);
  }

  function tell(old) {
    if (!old) return;
    if (item.phase === "failed") alarm(t("page-row-failed-spoken", { name: item.name }));
    else if (item.check?.state === "done" && item.check.headline) {
      announce(t("page-row-done-spoken", { name: item.name, headline: item.check.headline }));
    }
  }
}

function stateText(item) {
  if (item.trouble) return t("page-row-trouble");
  if (item.phase === "sending") {
    if (item.url) return t("page-row-sending-link");
    return item.total && item.sent >= item.total ? t("page-row-storing") : dotted(t("page-row-sending"), `${size(item.sent)} / ${size(item.total)}`);
  }
  if (item.phase === "accepted") return progressText(item.check);
  return t(`page-row-${item.phase}`);
}

function saidOf({ phase, error, check, existing, retryAt }) {
  if (phase === "full") {
    const wait = Math.max(0, Math.ceil((retryAt - Date.now()) / 1000));
    return t("page-row-full-more", { count: wait });
  }
  if (phase === "failed") return [h("b", {}, t("page-row-not-started")), ` ${reasonOf(error)}`];
  if (!check) return null;
  const parts = [];
  if (check.state === "failed") parts.push(h("span", { class: "verdict-line" }, icon("unreadable"), problemOf(check)));
  if (check.headline) parts.push(verdictLine(check));
  if (existing) parts.push(h("span", { class: "small" }, t("page-row-existing")));
  return parts.length ? parts : null;
}

function problemOf(check) {
  return check.problem?.detail ?? check.report?.problems?.[0] ?? t("page-row-check-failed");
}

/** The headline with its tone: colour, icon and word. */
export function verdictLine(check) {
  const tone = toneOfSummary(check);
  return h(
    "span",
    { class: `verdict-line tone-${tone}` },
    icon(tone),
    h("b", { class: "word" }, t(relationWord(check.relation ? { relation: check.relation } : null))),
    h("span", { dir: "auto" }, check.headline),
    check.claim_finding &&
      h("span", { class: `finding finding-${check.claim_finding}` }, known(`page-finding-line-${check.claim_finding}`)),
  );
}

function actionsOf(item, fresh) {
  const { phase, check } = item;
  const stop = button(t("page-cancel"), () => cancel(item).catch((error) => alarm(reasonOf(error))), {
    kind: "small",
    name: t("page-cancel-of", { name: item.name }),
  });
  if (phase === "waiting" || phase === "sending") return [stop];
  if (phase === "full") return [button(t("page-row-now"), () => (clearTimeout(item.timer), tryAgain(item)), { kind: "small" }), stop];
  if (phase === "failed") {
    return [
      !refused(item.error) && button(t("page-again"), () => tryAgain(item), { kind: "small strong" }),
      button(t("page-row-correct"), () => correct(item), { kind: "small" }),
    ].filter(Boolean);
  }
  const working = ["queued", "running"].includes(check.state);
  return [
    working && link(item, "page-row-open", ""),
    fresh && ["done", "failed"].includes(check.state) && link(item, "page-row-read", "strong"),
    item.existing && item.file && button(t("page-row-check-again"), () => tryAgain(item, true), { kind: "small" }),
    working && stop,
  ].filter(Boolean);
}

/** Whether the same, sent again, would be refused again. */
function refused(error) {
  return error?.status >= 400 && error.status < 500;
}

function link(item, word, kind) {
  return h(
    "a",
    { class: `button small ${kind}`, href: address("checks", item.check.id) },
    t(word),
    h("span", { class: "unseen" }, `: ${item.name}`),
  );
}

/** The button that takes a row off the desk once nothing more is coming. */
function putAway(item) {
  const going = ["waiting", "sending", "full"].includes(item.phase) || ["queued", "running"].includes(item.check?.state);
  if (going) return null;
  return h(
    "button",
    { type: "button", class: "button quiet small square", "aria-label": t("page-row-dismiss-of", { name: item.name }), title: t("page-row-dismiss"), onclick: () => drop(item) },
    icon("close"),
  );
}
