// What became of the sound.

import { foreign, h } from "../parts/dom.js";
import { word } from "../parts/values.js";
import { timeRange } from "../texts/formatting.js";
import { t } from "../texts/strings.js";

export function audioSection(audio) {
  if (!audio || ["not_checked", "absent"].includes(audio.state)) return null;
  const by = audio.state === "shifted" && audio.offset_s ? ` ${t("sound.by", { seconds: signed(audio.offset_s) })}` : "";
  return h(
    "section",
    {},
    h("h4", {}, t("sound.title")),
    h("p", {}, word("sound", audio.state), by),
    (audio.spans?.length > 1 || audio.spans?.some((span) => span.clip)) &&
      h(
        "ul",
        { class: "plain" },
        audio.spans.map((span) =>
          h("li", {}, h("span", { class: "num", dir: "ltr" }, timeRange(span.query)), " ", word("sound", span.state), span.clip && [`${t("sound.from")} `, foreign(span.clip)]),
        ),
      ),
  );
}

function signed(seconds) {
  return `${seconds > 0 ? "+" : "−"}${Math.abs(seconds).toFixed(2)}`;
}
