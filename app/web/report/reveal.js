// Showing faces or identifying metadata of one check: a deliberate act, with a reason, that is logged.

import { button, field } from "../parts/controls.js";
import { formDialog } from "../parts/dialogs.js";
import { h } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { reasonOf } from "../parts/notices.js";
import { ask } from "../state/api.js";
import { may, offers } from "../state/session.js";
import { utcTime } from "../texts/formatting.js";
import { t } from "../texts/catalogue.js";

/** state: {faces, metadata, until}, changed here; onChange draws everything anew. */
export function revealBar(check, state, onChange) {
  if (!state.faces && !state.metadata) return null;
  const what = t(state.faces && state.metadata ? "page-reveal-both" : state.faces ? "page-reveal-faces" : "page-reveal-metadata");
  return h(
    "div",
    { class: "notice unsure reveal-on" },
    icon("unsure"),
    h("p", {}, h("b", {}, t("page-reveal-on", { what })), " ", t("page-reveal-until", { until: utcTime(state.until) })),
    button(t("page-reveal-hide"), () => hide(state, onChange)),
  );
}

/** The button that opens the dialog; null where the key may not. */
export function revealButton(check, state, onChange) {
  if (!may("reveal") || !offers("reveal") || !check.report) return null;
  return button(t("page-reveal-button"), () => askFor(check, state, onChange), { kind: "small" });
}

async function askFor(check, state, onChange) {
  const faces = h("input", { type: "checkbox", name: "faces", disabled: check.pictures !== "ready" });
  const metadata = h("input", { type: "checkbox", name: "metadata" });
  const reason = h("textarea", { name: "reason", rows: 2, maxlength: 500, required: true, dir: "auto" });
  const until = await formDialog(
    t("page-reveal-title"),
    t("page-reveal-lead"),
    [
      h("label", { class: "check" }, faces, h("span", {}, t("page-reveal-faces-long"), check.pictures !== "ready" && h("small", {}, t("page-reveal-no-frames")))),
      h("label", { class: "check" }, metadata, h("span", {}, t("page-reveal-metadata-long"))),
      field(t("page-reveal-reason"), reason, { help: t("page-reveal-reason-help") }),
    ],
    t("page-reveal-do"),
    async () => {
      if (!faces.checked && !metadata.checked) throw new Error(t("page-reveal-nothing"));
      const answer = await ask("POST", `/v1/checks/${check.id}/reveal`, {
        faces: faces.checked,
        metadata: metadata.checked,
        reason: reason.value.trim(),
      });
      Object.assign(state, { faces: faces.checked, metadata: metadata.checked, until: answer.until });
      return answer.until;
    },
    { onError: reasonOf },
  );
  if (!until) return;
  onChange();
  setTimeout(() => hide(state, onChange), Math.max(0, Date.parse(until) - Date.now()));
}

/** Back to what everybody sees; the right to more may last longer. */
function hide(state, onChange) {
  if (!state.faces && !state.metadata) return;
  Object.assign(state, { faces: false, metadata: false, until: null });
  onChange();
}
