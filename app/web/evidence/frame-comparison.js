// Both frames of one timestamp, to be compared by eye: side by side, under a slider, flipped, or as their
// difference. The known clip's frame is laid over the item's: mirror, rotation and crop are undone.

import { announce } from "../parts/announce.js";
import { choice } from "../parts/controls.js";
import { fill, freshId, h } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { t } from "../texts/catalogue.js";
import { allSaid, clipName } from "../texts/wording.js";
import { framesInMode } from "./comparison-modes.js";
import { clampIndex, firstIndexWithin, framePairs, nearestIndex } from "./frame-pairs.js";
import { frameStrip } from "./frame-strip.js";

const PLAY_MS = 700;
export const MODES = ["side", "slider", "flip", "difference"];

/** {element, show(sheet, state), jump(seconds, side), within(span)} */
export function frameComparison(match, onPair) {
  const element = h("div", { class: "bench" });
  let pairs = [];
  let index = 0;
  let mode = "side";
  let flipped = false;
  let playing = null;
  let parts = null;
  let shownSheetText = null; // the sheet that is built, as text: the same one again changes nothing
  element.addEventListener("keydown", onKey);
  wait("pending");
  return { element, show, jump, within };

  function show(sheet, state) {
    const sheetText = JSON.stringify(sheet);
    if (parts && sheetText === shownSheetText) return;
    shownSheetText = sheetText;
    pairs = framePairs(sheet);
    index = Math.min(index, Math.max(0, pairs.length - 1));
    if (!pairs.length) return wait(sheet ? "none" : state, sheet);
    build(sheet);
    draw();
  }

  function wait(state, sheet = null) {
    stop();
    parts = null;
    const text = { pending: "page-bench-pending", trouble: "page-bench-trouble" }[state] ?? "page-bench-none";
    fill(element, h("p", { class: "bench-empty" }, t(text)), problemsOf(sheet));
  }

  function build(sheet) {
    const stage = h("div", { class: "stage", id: freshId("stage") });
    const when = h("p", { class: "when num" });
    const strip = frameStrip(pairs, (chosen) => go(chosen));
    const play = h("button", { type: "button", class: "button small", onclick: toggle });
    const stepper = (by, name, glyph) =>
      h("button", { type: "button", class: "button small square", "aria-label": t(name), onclick: () => go(index + by) }, icon(glyph, "forward"));
    parts = { stage, when, strip, play };
    fill(
      element,
      h(
        "div",
        { class: "bench-bar" },
        choice(freshId("mode"), t("page-bench-mode"), MODES.map((value) => ({
          value,
          text: t(`page-bench-${value}`),
          disabled: value === "difference" && !pairs.some((pair) => pair.difference),
        })), mode, (value) => {
          mode = value;
          draw();
        }),
        pairs.length > 1 && h("div", { class: "stepper", dir: "ltr" }, stepper(-1, "page-bench-previous", "previous"), play, stepper(1, "page-bench-next", "next"), when),
      ),
      stage,
      strip.element,
      h(
        "div",
        { class: "bench-notes" },
        h("p", { class: "small no-print" }, t(pairs.length > 1 ? "page-bench-keys" : "page-bench-keys-one")),
        h("p", { class: "small" }, redaction(sheet)),
        problemsOf(sheet),
      ),
    );
    showPlayButton();
  }

  function draw() {
    const pair = pairs[index];
    fill(
      parts.stage,
      framesInMode(pair, mode, {
        name: clipName(match.clip),
        flipped,
        onFlip: flip,
      }),
    );
    fill(parts.when, t("page-bench-when", { number: index + 1, all: pairs.length }));
    parts.strip.at(index);
    element.querySelectorAll('.choice input[type="radio"]').forEach((radio) => (radio.checked = radio.value === mode));
    onPair(pair);
  }

  function go(wanted) {
    const next = clampIndex(wanted, 0, pairs.length);
    if (!parts || next === index) return;
    index = next;
    draw();
    if (!playing) announce(t("page-bench-spoken", { query: pairs[index].query_s, reference: pairs[index].reference_s }));
  }

  function jump(seconds, side = "query_s") {
    if (parts) go(nearestIndex(pairs, seconds, side));
  }

  function within(span) {
    if (!parts) return;
    go(firstIndexWithin(pairs, span));
    parts.stage.scrollIntoView({ block: "nearest" });
  }

  function flip() {
    if (mode !== "flip") mode = "flip";
    else flipped = !flipped;
    const focused = parts.stage.contains(document.activeElement);
    draw();
    if (focused) parts.stage.querySelector("button")?.focus();
    announce(t(flipped ? "page-bench-showing-known" : "page-bench-showing-item"));
  }

  function toggle() {
    if (playing) return stop();
    if (index === pairs.length - 1) go(0);
    playing = setInterval(() => {
      if (!element.isConnected || index >= pairs.length - 1) stop();
      else go(index + 1);
    }, PLAY_MS);
    showPlayButton();
  }

  function stop() {
    clearInterval(playing);
    playing = null;
    showPlayButton();
  }

  function showPlayButton() {
    if (parts) fill(parts.play, icon(playing ? "pause" : "play"), t(playing ? "page-bench-pause" : "page-bench-play"));
  }

  // Keys act only while the focus is in here, and never while somebody types or moves the slider.
  function onKey(event) {
    if (!parts || event.ctrlKey || event.metaKey || event.altKey) return;
    const onControl = event.target.matches('input[type="range"], input[type="radio"]');
    const act = {
      ArrowLeft: !onControl && (() => go(index - 1)),
      ArrowRight: !onControl && (() => go(index + 1)),
      Home: !onControl && (() => go(0)),
      End: !onControl && (() => go(pairs.length - 1)),
      f: flip,
      s: () => change("side"),
      w: () => change("slider"),
      d: () => pairs.some((pair) => pair.difference) && change("difference"),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  function change(wanted) {
    mode = wanted;
    draw();
    announce(t(`page-bench-${wanted}`));
  }
}

function redaction(sheet) {
  if (sheet.faces === "shown") return [t("report-faces-shown"), " ", t("report-faces-think")];
  const filled = sheet.pictures_filled && t("report-frames-filled", { count: sheet.pictures_filled });
  return [t("report-faces-redacted"), " ", t("report-not-redacted"), filled ? [" ", filled, "."] : null];
}

function problemsOf(sheet) {
  return allSaid(sheet ?? {}, "problems").map((text) => h("p", { class: "small", dir: "auto" }, text));
}
