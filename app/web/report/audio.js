// What became of the sound.

import { h } from "../parts/dom.js";
import { t } from "../texts/catalogue.js";
import { soundLines } from "../texts/wording.js";

export function audioSection(audio) {
  const lines = audio ? soundLines(audio) : [];
  if (!lines.length) return null;
  const [most, ...parts] = lines.map((line) => h("bdi", { dir: "auto" }, line));
  return h(
    "section",
    {},
    h("h4", {}, t("report-sound")),
    h("p", {}, most),
    parts.length > 0 && h("ul", { class: "plain" }, parts.map((part) => h("li", {}, part))),
  );
}
