// Differences from one known clip, each with its measure, where it is, and a frame that shows it.

import { fill, h } from "../parts/dom.js";
import { word } from "../parts/values.js";
import { timeRange } from "../texts/formatting.js";
import { t } from "../texts/catalogue.js";
import { said } from "../texts/wording.js";

/** {element, show(sheet)}: thumbnails come with the pictures. onShow(span) steps to one. */
export function editsView(match, onShow) {
  const places = new Map();
  const element = !match.edits.length
    ? match.accepted && h("p", { class: "soft" }, t("report-differences-none"))
    : h(
        "section",
        { class: "edits" },
        h("h4", {}, t("report-differences")),
        h("p", { class: "small" }, t("page-edits-lead")),
        h("ul", {}, match.edits.map((edit, index) => editRow(edit, index))),
      );
  return { element, show };

  function editRow(edit, index) {
    const place = h("div", { class: "edit-picture", hidden: true });
    places.set(index, place);
    return h(
      "li",
      {},
      place,
      h(
        "div",
        { class: "edit-text" },
        h("p", { dir: "auto" }, said(edit.text, edit.message)),
        h(
          "p",
          { class: "small" },
          h("span", { class: "tag" }, word("edit-name", edit.type)),
          " ",
          edit.query
            ? h("button", { type: "button", class: "link num", dir: "ltr", onclick: () => onShow(edit.query), "aria-label": t("page-edits-show", { range: timeRange(edit.query) }) }, timeRange(edit.query))
            : t("report-throughout"),
          " · ",
          h("span", { class: "num" }, t("report-confidence", { confidence: edit.confidence })),
        ),
      ),
    );
  }

  function show(sheet) {
    for (const { edit, picture, query_s: at } of sheet?.thumbnails ?? []) {
      const place = places.get(edit);
      if (!place) continue;
      fill(place, h("img", { src: picture, alt: t("report-edit-at", { at }), loading: "lazy" }));
      place.hidden = false;
    }
  }
}
