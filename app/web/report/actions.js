// What one can do with a check: take it along, show more, add it to the library, delete it.

import { alarm, announce } from "../parts/announce.js";
import { columnsOf, sightingFields, textFields } from "../parts/context-fields.js";
import { button } from "../parts/controls.js";
import { confirm, formDialog } from "../parts/dialogs.js";
import { h } from "../parts/dom.js";
import { reasonOf } from "../parts/notices.js";
import { ask } from "../state/api.js";
import { address } from "../state/route.js";
import { may } from "../state/session.js";
import { dropSubmissionsOf } from "../state/submissions.js";
import { t } from "../texts/strings.js";
import { revealButton } from "./reveal.js";

export function actionBar(check, reveal, onChange) {
  const path = `/v1/checks/${check.id}`;
  return h(
    "nav",
    { class: "action-bar no-print", "aria-label": t("actions.label") },
    h("a", { class: "button small", href: `${path}/report.html`, target: "_blank", rel: "noopener" }, t("take.html")),
    h("a", { class: "button small", href: `${path}/report.json`, download: "" }, t("take.json")),
    button(t("take.print"), () => window.print(), { kind: "small" }),
    revealButton(check, reveal, onChange),
    may("library:write") && check.report?.verdict && button(t("add.button"), () => addToLibrary(check), { kind: "small" }),
    button(t("delete.do"), () => remove(check), { kind: "small danger-quiet" }),
  );
}

async function addToLibrary(check) {
  const answer = await formDialog(
    t("add.title"),
    t("add.lead"),
    [h("div", { class: "grid" }, textFields()), h("h3", {}, t("add.sighting")), h("div", { class: "grid" }, sightingFields({ required: false }))],
    t("add.do"),
    (form) => ask("POST", `/v1/checks/${check.id}/clip`, columnsOf(form)),
    { onError: reasonOf },
  );
  if (!answer) return;
  const clip = answer.clip ?? answer;
  announce(t("add.done", { id: clip.id }));
  location.hash = address("library", clip.id);
}

async function remove(check) {
  if (!(await confirm(t("delete.check"), t("delete.check.more"), t("delete.do")))) return;
  try {
    await ask("DELETE", `/v1/checks/${check.id}`);
    dropSubmissionsOf(check.id);
    announce(t("deleted"));
    location.hash = address("history");
  } catch (error) {
    alarm(reasonOf(error));
  }
}
