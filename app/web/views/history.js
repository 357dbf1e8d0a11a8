// Every check of this key (or of all, where it may): newest first, searched and narrowed.

import { verdictLine } from "../parts/check-row.js";
import { field, input } from "../parts/controls.js";
import { foreign, h } from "../parts/dom.js";
import { filters, listing, nothingFound } from "../parts/listing.js";
import { dotted } from "../parts/values.js";
import { address } from "../state/route.js";
import { may } from "../state/session.js";
import { progressText } from "../state/stages.js";
import { dateText, utcTime } from "../texts/formatting.js";
import { t } from "../texts/catalogue.js";
import { toneOfSummary } from "../texts/wording.js";

const PAGE = 30;
const RELATIONS = ["exact", "copy", "excerpt", "longer", "edited", "composite", "undecided", "none"];
const STATES = ["queued", "running", "done", "failed", "cancelled"];

export function historyView(query) {
  let wanted = Object.fromEntries(query);
  const list = listing({ fetchPath, pick: (answer) => answer.checks, row: historyRow, empty });
  const form = filters(t("page-history-filter"), filterFields(wanted), (values) => {
    wanted = values;
    history.replaceState(null, "", address("history", null, values));
    list.reload();
  });
  const element = h("div", { class: "list-view" }, h("h1", {}, t("page-nav-history")), form, list.element);
  return { element, title: t("page-nav-history") };

  function fetchPath(after) {
    const given = Object.entries({ ...wanted, after, limit: PAGE }).filter(([, value]) => value);
    return `/v1/checks?${new URLSearchParams(given)}`;
  }

  function empty() {
    const narrowed = Object.values(wanted).some(Boolean);
    return nothingFound(narrowed, t("page-history-empty"), t("page-history-empty-more"), h("a", { class: "button strong", href: "#/" }, t("page-nav-check")));
  }
}

function filterFields(wanted) {
  const search = input("q", { type: "search", dir: "auto" });
  search.value = wanted.q ?? "";
  return [
    field(t("page-history-search"), search),
    field(t("page-history-relation"), select("relation", RELATIONS, "report-relation", wanted.relation)),
    field(t("page-history-state"), select("state", STATES, "page-state", wanted.state)),
    may("checks:read-all") &&
      h("label", { class: "check" }, h("input", { type: "checkbox", name: "all", value: "true", checked: wanted.all === "true" }), h("span", {}, t("page-history-all"))),
  ];
}

function select(name, values, words, chosen) {
  return h(
    "select",
    { name },
    h("option", { value: "" }, t("page-any")),
    values.map((value) => h("option", { value, selected: value === chosen }, t(`${words}-${value}`))),
  );
}

function historyRow(check) {
  return h(
    "li",
    { class: "row", "data-tone": toneOfSummary(check) },
    h(
      "div",
      { class: "row-head" },
      h("p", { class: "row-name" }, h("a", { href: address("checks", check.id) }, foreign(check.item.name))),
      h("p", { class: "row-state" }, h("time", { datetime: check.created_at, class: "num" }, utcTime(check.created_at))),
    ),
    h("p", { class: "row-said" }, check.headline ? verdictLine(check) : check.state === "failed" ? (check.problem?.detail ?? t("page-state-failed")) : progressText(check)),
    h(
      "p",
      { class: "small" },
      dotted(
        check.first_seen ? h("span", {}, t("page-earliest-short", { date: dateText(firstDate(check.first_seen)) })) : null,
        check.claim?.date ? h("span", {}, t("page-claimed", { date: dateText(check.claim.date) })) : null,
        check.by ? foreign(t("page-checked-by", { name: check.by })) : null,
        check.unseen_alerts > 0 ? h("a", { href: address("alerts"), class: "tag alarm-tag" }, t("page-history-alerts", { count: check.unseen_alerts })) : null,
      ),
    ),
  );
}

function firstDate(first) {
  return typeof first === "string" ? first : first.date;
}
