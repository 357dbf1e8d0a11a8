// Choosing a part of a captured picture: by dragging, or by the arrow keys.

import { boxBetween, isUsable, movedByKey } from "../capture/boxes.js";
import { t } from "../texts/messages.js";
import { h } from "./elements.js";

/** An element that shows the picture and the chosen part. changed(box) at each usable choice. */
export function cropper(picture, first, changed) {
  let box = first;
  let from = null;
  const canvas = h("canvas.crop", {
    width: picture.width,
    height: picture.height,
    tabIndex: 0,
    role: "img",
    "aria-label": t("crop_label"),
    "aria-describedby": "crop-help",
  });
  const context = canvas.getContext("2d");

  function paint() {
    context.drawImage(picture, 0, 0);
    context.fillStyle = "rgb(10 14 20 / 62%)";
    context.beginPath();
    context.rect(0, 0, picture.width, picture.height);
    context.rect(box.left, box.top, box.width, box.height);
    context.fill("evenodd");
    const line = Math.max(2, Math.round(picture.width / 250));
    context.lineWidth = line;
    context.strokeStyle = "#fff";
    context.strokeRect(box.left, box.top, box.width, box.height);
    context.setLineDash([line * 3, line * 3]);
    context.strokeStyle = "#0b5cad";
    context.strokeRect(box.left, box.top, box.width, box.height);
    context.setLineDash([]);
  }

  function choose(next) {
    box = next;
    paint();
    if (isUsable(box)) changed(box);
  }

  const point = (event) => {
    const shown = canvas.getBoundingClientRect();
    return {
      x: ((event.clientX - shown.left) / shown.width) * picture.width,
      y: ((event.clientY - shown.top) / shown.height) * picture.height,
    };
  };
  canvas.onpointerdown = (event) => {
    from = point(event);
    canvas.setPointerCapture(event.pointerId);
  };
  canvas.onpointermove = (event) => from && choose(boxBetween(from, point(event), picture));
  canvas.onpointerup = () => {
    from = null;
    if (!isUsable(box)) choose(first);
  };
  canvas.onkeydown = (event) => {
    if (!event.key.startsWith("Arrow")) return;
    event.preventDefault();
    const step = Math.max(1, Math.round(picture.width / (event.ctrlKey ? 1000 : 100)));
    choose(movedByKey(box, event.key, event.shiftKey, step, picture));
  };
  paint();
  return h("div", {}, canvas, h("p.hint", { id: "crop-help" }, t("crop_help")));
}
