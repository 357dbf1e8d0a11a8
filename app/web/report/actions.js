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
  const page = h("a", { class: "button small", target: "_blank", rel: "noopener" }, t("take.html"));
  const json = h("a", { class: "button small", download: "" }, t("take.json"));
  const names = h("input", { type: "checkbox", onchange: aim });
  aim();
  return h(
    "nav",
    { class: "action-bar no-print", "aria-label": t("actions.label") },
    page,
    json,
    button(t("take.print"), () => printPage(page.href), { kind: "small" }),
    h("label", { class: "check small", title: t("take.names.more") }, names, h("span", {}, t("take.names"))),
    revealButton(check, reveal, onChange),
    may("library:write") && check.report?.verdict && button(t("add.button"), () => addToLibrary(check), { kind: "small" }),
    button(t("delete.do"), () => remove(check), { kind: "small danger-quiet" }),
  );

  function aim() {
    const query = names.checked ? "?names=kept" : "";
    page.setAttribute("href", `${path}/report.html${query}`);
    json.setAttribute("href", `${path}/report.json${query}`);
  }
}

/** Prints the page that is made for others; this one shows names. */
function printPage(href) {
  const report = window.open(href, "_blank");
  report?.addEventListener("load", () => report.print());
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
