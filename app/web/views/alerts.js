// Earlier items for which the library, since it grew, holds a copy.

import { alarm, announce } from "../parts/announce.js";
import { button } from "../parts/controls.js";
import { foreign, h } from "../parts/dom.js";
import { listing, nothingFound } from "../parts/listing.js";
import { reasonOf } from "../parts/notices.js";
import { ask } from "../state/api.js";
import { address } from "../state/route.js";
import { may } from "../state/session.js";
import { utcTime } from "../texts/formatting.js";
import { t } from "../texts/catalogue.js";
import { claimChange, findingTone } from "../texts/wording.js";

export function alertsView(onSeen) {
  const list = listing({
    fetchPath: (after) => `/v1/alerts${after ? `?after=${encodeURIComponent(after)}` : ""}`,
    pick: (answer) => answer.alerts,
    row,
    empty: () => nothingFound(false, t("page-alerts-empty"), t("page-alerts-empty-more")),
  });
  const element = h("div", { class: "list-view" }, h("h1", {}, t("page-nav-alerts")), h("p", { class: "lead" }, t("page-alerts-lead")), list.element);
  return { element, title: t("page-nav-alerts") };

  function row(alert) {
    const mark = alert.seen_at ? null : button(t("page-alerts-mark"), () => markSeen(alert, element), { kind: "small", name: t("page-alerts-mark-of", { name: alert.item_name }) });
    const element = h(
      "li",
      { class: alert.seen_at ? "row seen" : "row", "data-tone": alert.seen_at ? "nothing" : "known" },
      h(
        "div",
        { class: "row-head" },
        h("p", { class: "row-name" }, h("a", { href: address("checks", alert.check), onclick: () => alert.seen_at || markSeen(alert, null) }, foreign(alert.item_name))),
        h("p", { class: "row-state" }, !alert.seen_at && h("span", { class: "tag alarm-tag" }, t("page-alerts-unseen")), " ", h("time", { datetime: alert.made_at, class: "num" }, utcTime(alert.made_at))),
      ),
      h("p", { class: "row-said", dir: "auto" }, alert.headline),
      claimLine(alert),
      h(
        "div",
        { class: "actions" },
        h("a", { class: "button small strong", href: address("checks", alert.check), onclick: () => alert.seen_at || markSeen(alert, null) }, t("page-row-read"), h("span", { class: "unseen" }, `: ${alert.item_name}`)),
        may("library:read") && h("a", { class: "button small", href: address("library", alert.clip) }, t("page-alerts-clip"), h("span", { class: "unseen" }, ` ${alert.clip}`)),
        mark,
      ),
    );
    return element;
  }

  async function markSeen(alert, element) {
    try {
      await ask("POST", `/v1/alerts/${alert.id}/seen`);
      alert.seen_at = new Date().toISOString();
      if (element) {
        const next = row(alert);
        element.replaceWith(next);
        next.querySelector("a")?.focus();
        announce(t("page-alerts-marked"));
      }
      onSeen();
    } catch (error) {
      alarm(reasonOf(error));
    }
  }
}

/** What the find means for the claimed date, where it changed that. */
function claimLine(alert) {
  const changed = claimChange(alert);
  if (!changed) return null;
  const said = Object.fromEntries(Object.entries(changed).map(([when, finding]) => [when, t(`report-date-${finding}`)]));
  return h("p", { class: "row-said", "data-tone": findingTone(changed.after) }, t(changed.before ? "page-alerts-claim" : "page-alerts-claim-new", said));
}
