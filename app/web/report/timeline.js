// Timelines: the item from start to end, and a clip's under the item's with the bands between them.
// Time runs from left to right in every language, as on any player.

import { h, svg } from "../parts/dom.js";
import { clock, timeRange } from "../texts/formatting.js";
import { t } from "../texts/catalogue.js";
import { clipName, rangesText } from "../texts/wording.js";
import { band, counterpart, edges, lengths, rest, ticks } from "./timeline-geometry.js";

const percent = (value) => `${(100 * value).toFixed(3)}%`;

/** All of the item: what is known of it, and what nothing was accepted for. */
export function itemTimeline(report) {
  const whole = report.item.duration_s;
  if (!whole) return null;
  const accepted = report.matches.filter((match) => match.accepted);
  const unmatched = report.unmatched ?? [];
  if (accepted.length < 2 && !unmatched.length) return null; // the match's own timeline says it all
  return h(
    "section",
    { class: "whole" },
    h("h2", {}, t("report-timeline")),
    h(
      "div",
      { class: "lane", role: "img", "aria-label": t("report-timeline-label"), dir: "ltr" },
      accepted.map((match, index) => match.segments.map((s) => bar(s.query, whole, `known of-${index % 2}`, accepted.length > 1 && index + 1))),
      unmatched.map((span) => bar(span, whole, "unmatched")),
    ),
    scale(whole),
    h(
      "p",
      { class: "legend" },
      h("span", { class: "swatch known" }),
      t("report-known-footage"),
      unmatched.length > 0 && [h("span", { class: "swatch unmatched" }), t("report-unmatched-in", { ranges: rangesText(unmatched) })],
    ),
  );
}

/** The timeline of one match. onJump(side, seconds) is called where somebody clicks. */
export function matchTimeline(match, report, onJump) {
  const { segments } = match;
  const whole = lengths(segments, report.item.duration_s, match.clip.duration_s);
  if (!whole) return { element: null, at: () => {} };
  const playheads = { query: playhead(), reference: playhead() };
  const item = lane("query", whole.item, t("report-item"), [
    ...inside(report.unmatched ?? [], whole.item, "unmatched"),
    ...segments.map((s, index) => piece(s, index, s.query, whole.item, "query_s")),
  ]);
  const clip = lane("reference", whole.clip, t("report-known-clip"), [
    ...inside(rest(segments.map((s) => s.reference), whole.clip), whole.clip, "unmatched"),
    ...segments.map((s, index) => piece(s, index, s.reference, whole.clip, "reference_s")),
  ]);
  const element = h(
    "div",
    { class: "timeline", dir: "ltr", role: "group", "aria-label": t("report-mapping-label", { clip: clipName(match.clip) }) },
    h("p", { class: "lane-name", dir: "auto" }, t("report-item")),
    scale(whole.item),
    item,
    svg(
      "svg",
      { class: "bands", viewBox: "0 0 1000 1000", preserveAspectRatio: "none", "aria-hidden": "true" },
      segments.map((s, index) => svg("polygon", { class: `band band-${index % 2}`, points: band(s, whole) })),
    ),
    clip,
    scale(whole.clip),
    h("p", { class: "lane-name", dir: "auto" }, t("report-known-clip"), " · ", h("span", {}, t("page-lane-rest"))),
  );
  return { element, at };

  function inside(spans, length, kind) {
    return length > 0 ? spans.map((span) => bar(span, length, kind)) : [];
  }

  function lane(side, length, name, pieces) {
    const track = h("div", { class: "lane", "data-side": side }, pieces, playheads[side]);
    track.addEventListener("click", (event) => {
      if (!(length > 0) || event.target.closest("button")) return;
      const box = track.getBoundingClientRect();
      onJump(`${side}_s`, ((event.clientX - box.left) / box.width) * length);
    });
    return track;
  }

  function piece(segment, index, span, length, side) {
    const [left, right] = edges(span, length);
    const values = { number: index + 1, query: timeRange(segment.query), reference: timeRange(segment.reference) };
    return h(
      "button",
      {
        type: "button",
        class: "bar known",
        style: { left: percent(left), width: percent(right - left) },
        "aria-label": t(side === "query_s" ? "page-timeline-item" : "page-timeline-clip", values),
        title: `${values.query} → ${values.reference}`,
        onclick: (event) => onJump(side, clicked(event, span)),
      },
      segments.length > 1 && h("span", { "aria-hidden": "true" }, index + 1),
    );
  }

  function at(pair) {
    place(playheads.query, pair && whole.item > 0 ? pair.query_s / whole.item : null);
    const there = pair && (pair.reference_s ?? counterpart(segments, pair.query_s));
    place(playheads.reference, pair && whole.clip > 0 ? there / whole.clip : null);
  }
}

/** Where in a span somebody clicked; its start where a key did it. */
function clicked(event, [start, end]) {
  if (event.detail === 0) return start;
  const box = event.currentTarget.getBoundingClientRect();
  return start + ((event.clientX - box.left) / box.width) * (end - start);
}

function playhead() {
  return h("span", { class: "playhead", hidden: true, "aria-hidden": "true" });
}

function place(element, share) {
  element.hidden = share === null;
  if (share !== null) element.style.left = percent(Math.min(Math.max(share, 0), 1));
}

function bar(span, whole, kind, label = null) {
  const [left, right] = edges(span, whole);
  return h("span", { class: `bar ${kind}`, style: { left: percent(left), width: percent(right - left) } }, label && h("b", {}, label));
}

function scale(whole) {
  const marks = ticks(whole);
  if (!marks.length) return null;
  return h(
    "div",
    { class: "scale", "aria-hidden": "true", dir: "ltr" },
    marks.map(({ at, seconds }, index) =>
      h(
        "span",
        { class: index === 0 ? "first" : at === 1 ? "last" : "", style: { left: percent(at) } },
        at === 1 ? clock(seconds) : clock(seconds).replace(/\.0$/, ""),
      ),
    ),
  );
}
