// Differences from one known clip, each with its measure, where it is, and a frame that shows it.

import { fill, h } from "../parts/dom.js";
import { word } from "../parts/values.js";
import { clock, percentText, timeRange } from "../texts/formatting.js";
import { t } from "../texts/strings.js";

/** {element, show(sheet)}: thumbnails come with the pictures. onShow(span) steps to one. */
export function editsView(match, onShow) {
  const places = new Map();
  const element = !match.edits.length
    ? match.accepted && h("p", { class: "soft" }, t("edits.none"))
    : h(
        "section",
        { class: "edits" },
        h("h4", {}, t("edits.title")),
        h("p", { class: "small" }, t("edits.lead")),
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
        h("p", { dir: "auto" }, edit.text),
        h(
          "p",
          { class: "small" },
          h("span", { class: "tag" }, word("edit", edit.type)),
          " ",
          edit.query
            ? h("button", { type: "button", class: "link num", dir: "ltr", onclick: () => onShow(edit.query), "aria-label": t("edits.show", { span: timeRange(edit.query) }) }, timeRange(edit.query))
            : t("edits.throughout"),
          " · ",
          h("span", { class: "num" }, t("edits.confidence", { share: percentText(edit.confidence) })),
        ),
        measures(edit.measure),
      ),
    );
  }

  function show(sheet) {
    for (const { edit, picture, query_s: at } of sheet?.thumbnails ?? []) {
      const place = places.get(edit);
      if (!place) continue;
      fill(place, h("img", { src: picture, alt: t("alt.edit", { at: clock(at) }), loading: "lazy" }));
      place.hidden = false;
    }
  }
}

function measures(measure) {
  const values = Object.entries(measure ?? {}).filter(([, value]) => ["number", "string", "boolean"].includes(typeof value));
  if (!values.length) return null;
  return h(
    "dl",
    { class: "measures" },
    values.map(([name, value]) => h("div", {}, h("dt", {}, name.replaceAll("_", " ")), h("dd", { class: "num", dir: "auto" }, typeof value === "number" ? Number(value.toPrecision(3)) : String(value)))),
  );
}
