// What is read in ten seconds: what speaks against the claim, the verdict, the earliest copy known; limits beside it.

import { fill, foreign, h } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { addressLink } from "../parts/values.js";
import { dateText } from "../texts/formatting.js";
import { render, t } from "../texts/catalogue.js";
import { allSaid, claimRanges, clipName, dateKind, findingTone, foremostMatch, meaningWords, relationWord, said, searchedSentence, tone } from "../texts/wording.js";

/** {element, pictures(sheets)}: what speaks against the claim comes first and largest, then what the item is. */
export function verdictView(check) {
  const { report } = check;
  const { verdict, claim } = report;
  const kind = tone(verdict, claim?.date?.finding);
  const frames = foremostFrames(report);
  const element = h(
    "section",
    { class: `verdict tone-${kind}`, "aria-labelledby": "headline" },
    h(
      "div",
      { class: "said" },
      h("p", { class: "eyebrow" }, icon(verdict ? tone(verdict) : kind), t(relationWord(verdict))),
      kind === "against" && contradiction(claim.date),
      h("h1", { id: "headline", dir: "auto" }, verdict ? said(verdict.headline, verdict.headline_message) : t("report-unreadable")),
      frames.element,
      h("p", { class: "meaning" }, meaning(report)),
      facts(report),
      report.searched && verdict?.relation !== "none" && searchedLine(report.searched),
      verdict?.reasons.length > 0 && reasons(allSaid(verdict, "reasons")),
      problems(allSaid(report, "problems")),
    ),
    verdict && limits(allSaid(verdict, "limits")),
  );
  return { element, pictures: frames.pictures };
}

/** What matters most: that the date which is claimed cannot be right, and why. */
function contradiction(date) {
  return h(
    "div",
    { class: "against-claim" },
    h("p", { class: "first" }, icon("against"), t(`report-date-${date.finding}`)),
    h("p", { class: "second", dir: "auto" }, said(date.reason, date.reason_message)),
  );
}

/** The item's frame beside that of the earliest copy; faces are redacted in both. */
function foremostFrames(report) {
  const match = foremostMatch(report);
  if (!match) return { element: null, pictures: () => {} };
  const dated = report.first_seen?.clip === match.clip.id;
  const place = () => h("div", { class: "place" });
  const [item, copy] = [place(), place()];
  const claimed = report.claim?.date?.claimed;
  const element = h(
    "div",
    { class: "foremost" },
    h("figure", {}, item, h("figcaption", {}, h("b", {}, t("report-item")), claimed && h("span", {}, t("report-claimed", { claimed: dateText(claimed) })))),
    h(
      "figure",
      {},
      copy,
      h("figcaption", {}, h("b", {}, t(dated ? "report-earliest-copy" : "report-known-clip")), dated && h("span", {}, dateText(report.first_seen.date)), foreign(clipName(match.clip))),
    ),
  );
  return { element, pictures };

  function pictures(sheets) {
    const sheet = sheets.matches?.[match.clip.id];
    const pair = sheet?.pairs?.[0] ?? sheet?.strip?.[0];
    element.hidden = !pair && sheets.state !== "pending";
    if (!pair) return;
    fill(item, h("img", { src: pair.query, alt: t("report-pair-item", { at: pair.query_s }), decoding: "async" }));
    fill(copy, h("img", { src: pair.reference, alt: t("page-alt-known", { name: clipName(match.clip), at: pair.reference_s }), decoding: "async" }));
  }
}

function meaning(report) {
  return meaningWords(report).map(render).join(" ");
}

function facts(report) {
  const { claim, verdict, first_seen: first } = report;
  return h(
    "div",
    { class: "facts" },
    verdict && earliest(first),
    claim?.date && claimedDate(claim.date, report.parts),
    claim?.place && claimedPlace(claim.place),
  );
}

function fact(title, className, ...content) {
  return h("div", { class: `fact ${className}` }, h("h2", {}, title), content);
}

function earliest(first) {
  if (!first) {
    return fact(t("report-first-seen"), "", h("p", { class: "big none" }, t("report-first-seen-none")), h("p", { class: "soft" }, t("report-first-seen-none-why")));
  }
  return fact(
    t("report-first-seen"),
    "",
    h("p", { class: "big" }, h("time", { dir: "ltr" }, dateText(first.date))),
    h("p", {}, dateKind(first), first.publisher && [", ", foreign(first.publisher)]),
    first.source_url && h("p", { class: "small" }, addressLink(first.source_url)),
  );
}

function claimedDate(date, parts) {
  const alarm = findingTone(date.finding) === "alarm";
  return fact(
    t("report-claimed-date"),
    `finding-${date.finding} ${alarm ? "alarming" : ""}`,
    h("p", { class: "big" }, h("time", { dir: "ltr" }, dateText(date.claimed))),
    h("p", { class: "finding" }, icon(alarm ? "against" : "plain"), t(`report-date-${date.finding}`)),
    claimRanges(date, parts).map((line) => h("p", { dir: "auto" }, line)),
    !alarm && h("p", { class: "small", dir: "auto" }, said(date.reason, date.reason_message)), // else it stands above
  );
}

function claimedPlace(place) {
  return fact(
    t("report-claimed-place"),
    "",
    h("p", { class: "big" }, foreign(place.claimed)),
    place.known?.length > 0 &&
      h("p", {}, foreign(t("report-known-places", { places: place.known }))),
    h("p", { class: "small", dir: "auto" }, said(place.reason, place.reason_message) || t("report-places-no-finding")),
  );
}

/** How much footage was searched. */
function searchedLine(searched) {
  return h(
    "p",
    { class: "searched" },
    render(searchedSentence(searched)),
    searched.earliest && [" ", t("report-dates-from-to", { earliest: dateText(searched.earliest), latest: dateText(searched.latest) })],
    searched.skipped > 0 && [" ", t("report-skipped", { count: searched.skipped })],
  );
}

function reasons(list) {
  return h(
    "details",
    { class: "why", "data-print": true },
    h("summary", {}, t("report-why")),
    h("ul", { class: "dots" }, list.map((text) => h("li", { dir: "auto" }, text))),
  );
}

function limits(list) {
  const element = h("aside", { class: "limits", "aria-labelledby": "limits" });
  return fill(
    element,
    h("h2", { id: "limits" }, t("report-limits")),
    h("ul", { class: "dots" }, list.map((text) => h("li", { dir: "auto" }, text))),
  );
}

function problems(list) {
  if (!list?.length) return null;
  return h(
    "div",
    { class: "problems" },
    h("h2", {}, t("report-problems")),
    h("ul", { class: "dots" }, list.map((text) => h("li", { dir: "auto" }, text))),
  );
}
