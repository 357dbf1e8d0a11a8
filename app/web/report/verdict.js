// What is read in ten seconds: the verdict, the earliest copy known, the claim; limits beside it.

import { fill, foreign, h } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { addressLink, timeRanges } from "../parts/values.js";
import { dateText, hours } from "../texts/formatting.js";
import { t } from "../texts/strings.js";
import { findingTone, meaningWords, relationWord, tone } from "../texts/wording.js";

export function verdictView(check) {
  const { report } = check;
  const { verdict } = report;
  const kind = tone(verdict);
  return h(
    "section",
    { class: `verdict tone-${kind}`, "aria-labelledby": "headline" },
    h(
      "div",
      { class: "said" },
      h("p", { class: "eyebrow" }, icon(kind), t(relationWord(verdict))),
      h("h1", { id: "headline", dir: "auto" }, verdict ? verdict.headline : t("unread.title")),
      h("p", { class: "meaning" }, meaning(report)),
      facts(report),
      report.searched && verdict?.relation !== "none" && searchedLine(report.searched),
      verdict?.reasons.length > 0 && reasons(verdict.reasons),
      problems(report.problems),
    ),
    verdict && limits(verdict.limits),
  );
}

function meaning(report) {
  const { searched } = report;
  return meaningWords(report)
    .map((name) => t(name, { n: searched?.clips ?? 0, hours: hours(searched?.seconds ?? 0) }))
    .join(" ");
}

function facts(report) {
  const { claim, verdict, first_seen: first } = report;
  return h(
    "div",
    { class: "facts" },
    verdict && earliest(first),
    claim?.date && claimedDate(claim.date),
    claim?.place && claimedPlace(claim.place),
  );
}

function fact(title, className, ...content) {
  return h("div", { class: `fact ${className}` }, h("h2", {}, title), content);
}

function earliest(first) {
  if (!first) {
    return fact(t("earliest"), "", h("p", { class: "big none" }, t("earliest.none")), h("p", { class: "soft" }, t("earliest.none.more")));
  }
  return fact(
    t("earliest"),
    "",
    h("p", { class: "big" }, h("time", { dir: "ltr" }, dateText(first.date))),
    h("p", {}, t(`kind.${first.kind}`), first.publisher && [", ", foreign(first.publisher)]),
    first.source_url && h("p", { class: "small" }, addressLink(first.source_url)),
  );
}

function claimedDate(date) {
  const alarm = findingTone(date.finding) === "alarm";
  return fact(
    t("claim.date"),
    `finding-${date.finding} ${alarm ? "alarming" : ""}`,
    h("p", { class: "big" }, h("time", { dir: "ltr" }, dateText(date.claimed))),
    h("p", { class: "finding" }, icon(alarm ? "contradicted" : "plain"), t(`finding.${date.finding}`)),
    hasLength(date.query) && h("p", {}, t("finding.for"), " ", timeRanges(date.query), " ", t("finding.of.item")),
    h("p", { class: "small", dir: "auto" }, date.reason),
  );
}

/** Not so for a still, whose one timestamp says nothing. */
function hasLength(spans) {
  return spans?.some(([start, end]) => end > start);
}

function claimedPlace(place) {
  return fact(
    t("claim.place"),
    "",
    h("p", { class: "big" }, foreign(place.claimed)),
    place.known?.length > 0 &&
      h("p", {}, t("claim.place.known"), " ", place.known.flatMap((name, index) => [index ? "; " : "", foreign(name)])),
    h("p", { class: "small", dir: "auto" }, place.reason || t("claim.place.beside")),
  );
}

/** How much footage was searched. */
function searchedLine(searched) {
  const amount = t("searched.line", { n: searched.clips, hours: hours(searched.seconds) });
  return h(
    "p",
    { class: "searched" },
    amount,
    searched.earliest && [" ", t("searched.dated"), " ", h("span", { dir: "ltr", class: "num" }, `${dateText(searched.earliest)} – ${dateText(searched.latest)}`), "."],
    searched.skipped > 0 && [" ", t("searched.skipped", { n: searched.skipped })],
  );
}

function reasons(list) {
  return h(
    "details",
    { class: "why", "data-print": true },
    h("summary", {}, t("why")),
    h("ul", { class: "dots" }, list.map((text) => h("li", { dir: "auto" }, text))),
  );
}

function limits(list) {
  const element = h("aside", { class: "limits", "aria-labelledby": "limits" });
  return fill(
    element,
    h("h2", { id: "limits" }, t("limits")),
    h("ul", { class: "dots" }, list.map((text) => h("li", { dir: "auto" }, text))),
  );
}

function problems(list) {
  if (!list?.length) return null;
  return h(
    "div",
    { class: "problems" },
    h("h2", {}, t("problems")),
    h("ul", { class: "dots" }, list.map((text) => h("li", { dir: "auto" }, text))),
  );
}
