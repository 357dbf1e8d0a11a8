// Two frames of one timestamp in each of the four ways to compare them.

import { button } from "../parts/controls.js";
import { fill, h } from "../parts/dom.js";
import { clock, percentText } from "../texts/formatting.js";
import { t } from "../texts/strings.js";

/** pair: one of framePairs(). Returns elements. */
export function framesInMode(pair, mode, { name, flipped, onFlip }) {
  return { side, slider, flip, difference }[mode](pair, { name, flipped, onFlip });
}

function side(pair, { name }) {
  return h(
    "div",
    { class: pair.aligned ? "frames three" : "frames" },
    itemFigure(pair),
    pair.aligned && figure(pair.aligned, t("alt.aligned", { name, at: clock(pair.reference_s) }), t("frame.aligned"), clock(pair.reference_s)),
    figure(pair.reference, t("alt.known", { name, at: clock(pair.reference_s) }), t("frame.known"), clock(pair.reference_s), t("frame.outline")),
  );
}

function slider(pair, { name }) {
  const over = picture(pair.query, t("alt.item", { at: clock(pair.query_s) }));
  over.classList.add("over");
  const edge = h("span", { class: "edge", "aria-hidden": "true" });
  const set = (value) => {
    over.style.setProperty("clip-path", `inset(0 ${100 - value}% 0 0)`);
    edge.style.left = `${value}%`;
    range.setAttribute("aria-valuetext", t("slider.value", { n: Number(value) }));
  };
  const range = h("input", {
    type: "range",
    min: 0,
    max: 100,
    step: 1,
    value: 50,
    "aria-label": t("slider.label"),
    oninput: () => set(range.value),
  });
  set(50);
  const stack = h(
    "div",
    { class: "stack", dir: "ltr" },
    picture(pair.aligned ?? pair.reference, t("alt.aligned", { name, at: clock(pair.reference_s) })),
    over,
    edge,
  );
  stack.addEventListener("pointerdown", drag);
  stack.addEventListener("pointermove", (event) => event.buttons && drag(event));
  return h(
    "figure",
    { class: "one" },
    h("div", { class: "ends", dir: "ltr" }, h("b", {}, t("frame.item")), h("b", {}, t("frame.aligned"))),
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
    ? picture(pair.aligned ?? pair.reference, t("alt.aligned", { name, at: clock(pair.reference_s) }))
    : picture(pair.query, t("alt.item", { at: clock(pair.query_s) }));
  const other = new Image(); // fetched now, so that the flip does not blink
  other.src = flipped ? pair.query : (pair.aligned ?? pair.reference);
  return h(
    "figure",
    { class: "one" },
    h(
      "div",
      { class: "ends" },
      h("b", { class: flipped ? "label-b" : "label-a" }, flipped ? t("flip.b") : t("flip.a")),
      button(t(flipped ? "flip.to.item" : "flip.to.known"), onFlip, { kind: "small" }),
    ),
    h("div", { class: "stack" }, shown),
    notAligned(pair),
  );
}

function difference(pair) {
  if (!pair.difference) {
    return h("div", { class: "frames" }, itemFigure(pair), h("p", { class: "bench-empty" }, t("difference.none")));
  }
  const mean = pair.difference_mean;
  return [
    h(
      "div",
      { class: "frames" },
      itemFigure(pair),
      figure(
        pair.difference,
        t("alt.difference"),
        t("frame.difference"),
        mean === null || mean === undefined ? null : t("difference.mean", { share: percentText(mean) }),
      ),
    ),
    h(
      "p",
      { class: "legend" },
      h("span", { class: "swatch same" }),
      t("difference.same"),
      h("span", { class: "swatch apart" }),
      t("difference.apart"),
      h("span", { class: "swatch outside" }),
      t("difference.outside"),
      " ",
      t("difference.care"),
    ),
  ];
}

function itemFigure(pair) {
  return figure(pair.query, t("alt.item", { at: clock(pair.query_s) }), t("frame.item"), clock(pair.query_s));
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
    image.replaceWith(fill(h("p", { class: "bench-empty" }), t("picture.gone")));
  });
  return image;
}

function notAligned(pair) {
  return pair.aligned ? null : h("figcaption", {}, t("frame.not.aligned"));
}
