// One clip that the item was compared with: what was measured, and the frames to check it by.

import { frameComparison } from "../evidence/frame-comparison.js";
import { foreign, freshId, h } from "../parts/dom.js";
import { dotted, figures, word } from "../parts/values.js";
import { address } from "../state/route.js";
import { may } from "../state/session.js";
import { scoreText, shareText, timeRange } from "../texts/formatting.js";
import { t } from "../texts/catalogue.js";
import { clipName } from "../texts/wording.js";
import { appearancesView } from "./appearances.js";
import { audioSection } from "./audio.js";
import { editsView } from "./edits.js";
import { matchTimeline } from "./timeline.js";

/** {element, pictures(sheets)}: the pictures come when they are made. */
export function matchView(match, check, { decisions, open, number = null }) {
  const { report } = check;
  const comparison = frameComparison(match, (pair) => timeline.at(pair));
  const timeline = matchTimeline(match, report, (side, seconds) => comparison.jump(seconds, side));
  const edits = editsView(match, (span) => comparison.within(span));
  const body = [
    header(match),
    timeline.element,
    comparison.element,
    match.segments.some((s) => s.query[1] > 0 || s.reference[1] > 0) && segmentTable(match, (span) => comparison.within(span)),
    edits.element,
    audioSection(match.audio),
    appearancesView(match.appearances ?? [], report.claim?.date?.claimed),
    decisions.panel(match),
  ];
  return { element: match.accepted ? article(match, body, number) : folded(match, body, open), pictures };

  function pictures(sheets) {
    const sheet = sheets.matches?.[match.clip.id] ?? null;
    if (sheet || match.accepted) comparison.show(sheet, sheets.state);
    else comparison.element.hidden = true; // of near misses there are pictures where something was measured
    edits.show(sheet);
  }
}

function article(match, body, number) {
  const id = freshId("match");
  return h("article", { class: "match", "aria-labelledby": id }, h("h3", { id }, number && h("span", { class: "soft" }, `${number} · `), foreign(clipName(match.clip))), body);
}

function folded(match, body, open) {
  return h(
    "details",
    { class: "match near", open },
    h(
      "summary",
      {},
      foreign(clipName(match.clip)),
      h("span", { class: "small num" }, t(match.found_by === "sound" ? "page-near-sound" : "report-score", { score: scoreText(match.score) })),
    ),
    h("div", { class: "near-body" }, body),
  );
}

function header({ clip, relation, coverage, score, accepted }) {
  const id = h("span", { dir: "ltr" }, clip.id);
  return h(
    "header",
    { class: "match-head" },
    h(
      "p",
      { class: "small" },
      dotted(
        may("library:read") ? h("a", { href: address("library", clip.id) }, id, h("span", { class: "unseen" }, ` ${t("page-clip-open")}`)) : id,
        clip.place && foreign(clip.place),
        clip.name && clip.name !== clipName(clip) && foreign(clip.name),
      ),
    ),
    figures([
      [t("report-relation"), accepted ? word("report-relation", relation) : t("page-near-not")],
      [t("report-of-item"), h("span", { class: "num" }, shareText(coverage?.query))],
      [t("report-of-clip"), h("span", { class: "num" }, shareText(coverage?.reference))],
      [t("report-score-scale"), h("span", { class: "num" }, scoreText(score))],
    ]),
  );
}

function segmentTable(match, onShow) {
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": t("report-segments") },
    h(
      "table",
      { class: "segments" },
      h("caption", { class: "unseen" }, t("report-segments")),
      h("thead", {}, h("tr", {}, ["#", t("report-in-item"), t("report-in-clip"), t("report-speed"), t("report-details")].map((name) => h("th", { scope: "col" }, name)), h("td", {}))),
      h("tbody", {}, match.segments.map((segment, index) => segmentRow(segment, index, onShow))),
    ),
  );
}

function segmentRow(segment, index, onShow) {
  const measured = [
    segment.reversed && t("report-reversed"),
    segment.mirrored && t("report-mirrored"),
    segment.inliers && t("report-points", { count: segment.inliers }),
  ].filter(Boolean);
  const numeric = (text) => h("td", {}, h("span", { class: "num" }, text));
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, index + 1),
    numeric(timeRange(segment.query)),
    numeric(timeRange(segment.reference)),
    numeric(segment.speed === null || segment.speed === undefined ? "—" : t("report-speed-factor", { speed: segment.speed })),
    h("td", {}, measured.join(", ") || "—"),
    h(
      "td",
      { class: "no-print" },
      h(
        "button",
        { type: "button", class: "button small", onclick: () => onShow(segment.query), "aria-label": t("page-segments-show-of", { number: index + 1 }) },
        t("page-segments-show"),
      ),
    ),
  );
}
