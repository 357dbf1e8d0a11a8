// Two frames of one timestamp in each of the four ways to compare them.

import { button } from "../parts/controls.js";
import { fill, h } from "../parts/dom.js";
import { clock } from "../texts/formatting.js";
import { t } from "../texts/catalogue.js";

/** pair: one of framePairs(). Returns elements. */
export function framesInMode(pair, mode, { name, flipped, onFlip }) {
  return { side, slider, flip, difference }[mode](pair, { name, flipped, onFlip });
}

function side(pair, { name }) {
  return h(
    "div",
    { class: pair.aligned ? "frames three" : "frames" },
    itemFigure(pair),
    pair.aligned && figure(pair.aligned, t("page-alt-aligned", { name, at: pair.reference_s }), t("page-frame-aligned"), clock(pair.reference_s)),
    figure(pair.reference, t("page-alt-known", { name, at: pair.reference_s }), t("page-frame-known"), clock(pair.reference_s), t("page-frame-outline")),
  );
}

function slider(pair, { name }) {
  const over = picture(pair.query, t("report-pair-item", { at: pair.query_s }));
  over.classList.add("over");
  const edge = h("span", { class: "edge", "aria-hidden": "true" });
  const set = (value) => {
    over.style.setProperty("clip-path", `inset(0 ${100 - value}% 0 0)`);
    edge.style.left = `${value}%`;
    range.setAttribute("aria-valuetext", t("page-slider-value", { percent: Number(value) }));
  };
  const range = h("input", {
    type: "range",
    min: 0,
    max: 100,
    step: 1,
    value: 50,
    "aria-label": t("page-slider-label"),
    oninput: () => set(range.value),
  });
  set(50);
  const stack = h(
    "div",
    { class: "stack", dir: "ltr" },
    picture(pair.aligned ?? pair.reference, t("page-alt-aligned", { name, at: pair.reference_s })),
    over,
    edge,
  );
  stack.addEventListener("pointerdown", drag);
  stack.addEventListener("pointermove", (event) => event.buttons && drag(event));
  return h(
    "figure",
    { class: "one" },
    h("div", { class: "ends", dir: "ltr" }, h("b", {}, t("report-item")), h("b", {}, t("page-frame-aligned"))),
    stack,
    h("div", { class: "slider", dir: "ltr" }, range),
    notAligned(pair),
  );

  function drag(event) {
    event.preventDefault();
    const box = stack.getBoundingClientRect();
    range.value = Math.round((100 * (event.clientX - box.left)) / box.width);
    set(range.value);
  }
}

function flip(pair, { name, flipped, onFlip }) {
  const shown = flipped
    ? picture(pair.aligned ?? pair.reference, t("page-alt-aligned", { name, at: pair.reference_s }))
    : picture(pair.query, t("report-pair-item", { at: pair.query_s }));
  const other = new Image(); // fetched now, so that the flip does not blink
  other.src = flipped ? pair.query : (pair.aligned ?? pair.reference);
  return h(
    "figure",
    { class: "one" },
    h(
      "div",
      { class: "ends" },
      h("b", { class: flipped ? "label-b" : "label-a" }, flipped ? t("page-flip-b") : t("page-flip-a")),
      button(t(flipped ? "page-flip-to-item" : "page-flip-to-known"), onFlip, { kind: "small" }),
    ),
    h("div", { class: "stack" }, shown),
    notAligned(pair),
  );
}

function difference(pair) {
  if (!pair.difference) {
    return h("div", { class: "frames" }, itemFigure(pair), h("p", { class: "bench-empty" }, t("page-difference-none")));
  }
  const mean = pair.difference_mean;
  return [
    h(
      "div",
      { class: "frames" },
      itemFigure(pair),
      figure(
        pair.difference,
        t("report-pair-difference"),
        t("report-difference"),
        mean === null || mean === undefined ? null : t("report-difference-mean", { share: mean }),
      ),
    ),
    h(
      "p",
      { class: "legend" },
      h("span", { class: "swatch same" }),
      t("report-legend-same"),
      h("span", { class: "swatch apart" }),
      t("report-legend-apart"),
      h("span", { class: "swatch outside" }),
      t("report-legend-note"),
    ),
  ];
}

function itemFigure(pair) {
  return figure(pair.query, t("report-pair-item", { at: pair.query_s }), t("report-item"), clock(pair.query_s));
}

function figure(source, alt, title, figures = null, more = null) {
  return h(
    "figure",
    {},
    picture(source, alt),
    h("figcaption", {}, h("b", {}, title), figures && [" ", h("span", { class: "num" }, figures)], more && h("span", { class: "more" }, more)),
  );
}

/** A picture that says so where it cannot be had. */
function picture(source, alt) {
  const image = h("img", { src: source, alt, decoding: "async", draggable: "false" });
  image.addEventListener("error", () => {
    image.replaceWith(fill(h("p", { class: "bench-empty" }), t("page-picture-gone")));
  });
  return image;
}

function notAligned(pair) {
  return pair.aligned ? null : h("figcaption", {}, t("page-frame-not-aligned"));
}
