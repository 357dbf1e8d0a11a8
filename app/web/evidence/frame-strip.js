// The strip: every timestamp with frames, item above and known clip below, stepping together.
// One stop for the Tab key; arrow keys move within.

import { h } from "../parts/dom.js";
import { clock } from "../texts/formatting.js";
import { t } from "../texts/catalogue.js";

/** {element, at(index)}; onChoose(index). */
export function frameStrip(pairs, onChoose) {
  const cells = pairs.map((pair, index) =>
    h(
      "button",
      {
        type: "button",
        class: "cell",
        tabindex: -1,
        "aria-label": t("page-strip-cell", { number: index + 1, query: pair.query_s, reference: pair.reference_s }),
        onclick: () => onChoose(index),
      },
      h("img", { src: pair.query, alt: "", loading: "lazy", decoding: "async" }),
      h("img", { src: pair.aligned ?? pair.reference, alt: "", loading: "lazy", decoding: "async" }),
      h("span", { class: "num", "aria-hidden": "true" }, clock(pair.query_s)),
    ),
  );
  const track = h("div", { class: "strip-track", dir: "ltr" }, cells);
  const element = h(
    "div",
    { class: "strip", role: "group", "aria-label": t("page-strip-label"), hidden: pairs.length < 2 },
    h("div", { class: "strip-names", "aria-hidden": "true" }, h("span", {}, t("report-item")), h("span", {}, t("page-strip-known"))),
    track,
  );
  return { element, at };

  function at(index) {
    const focused = track.contains(document.activeElement);
    cells.forEach((cell, place) => {
      cell.tabIndex = place === index ? 0 : -1;
      cell.setAttribute("aria-pressed", String(place === index));
    });
    if (focused) cells[index].focus({ preventScroll: true });
    const [box, own] = [track.getBoundingClientRect(), cells[index].getBoundingClientRect()];
    if (own.left < box.left || own.right > box.right) {
      track.scrollLeft += own.left - box.left - (box.width - own.width) / 2;
    }
  }
}
