// A check that is not done: its stages, its place in the queue, and how to stop it.

import { announce } from "../parts/announce.js";
import { button } from "../parts/controls.js";
import { fill, h } from "../parts/dom.js";
import { reasonOf } from "../parts/notices.js";
import { ask } from "../state/api.js";
import { progressShare, progressText, stageIndex, stagesOf } from "../state/stages.js";
import { t } from "../texts/catalogue.js";

export function progressView(first, onEnded) {
  const says = h("p", { class: "progress-says" });
  const bar = h("progress", { max: 1, "aria-label": t("page-progress") });
  const note = h("p", { class: "small", role: "status" });
  const steps = h("ol", { class: "stages" });
  const stages = stagesOf(first.kind);
  let announced = "";
  const stop = button(t("page-cancel"), async () => {
    try {
      await ask("POST", `/v1/checks/${first.id}/cancel`);
      onEnded();
    } catch (error) {
      fill(note, reasonOf(error));
    }
  });
  const element = h("section", { class: "progress" }, says, bar, steps, note, h("div", { class: "actions" }, stop));
  update(first);
  return { element, update, trouble };

  function update(check) {
    const text = progressText(check);
    fill(says, text);
    if (text !== announced) announce(text);
    announced = text;
    const share = progressShare(check);
    if (share === null || check.state === "queued") bar.removeAttribute("value");
    else bar.value = share;
    bar.hidden = check.state === "queued";
    const at = check.state === "running" ? stageIndex(check.kind, check.progress?.step) : -1;
    fill(
      steps,
      stages.map((name, index) =>
        h(
          "li",
          { class: index < at ? "past" : index === at ? "now" : "", "aria-current": index === at ? "step" : null },
          t(`page-stage-${name}`),
        ),
      ),
    );
  }

  function trouble(lost) {
    fill(note, lost ? t("page-progress-lost") : "");
  }
}
