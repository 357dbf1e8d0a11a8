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
import { t } from "../texts/catalogue.js";
import { revealButton } from "./reveal.js";

export function actionBar(check, reveal, onChange) {
  const path = `/v1/checks/${check.id}`;
  const page = h("a", { class: "button small", target: "_blank", rel: "noopener" }, t("page-take-html"));
  const json = h("a", { class: "button small", download: "" }, t("page-take-json"));
  const bag = h("a", { class: "button small", download: "" }, t("page-take-bag"));
  const names = h("input", { type: "checkbox", onchange: aim });
  aim();
  return h(
    "nav",
    { class: "action-bar no-print", "aria-label": t("page-actions-label") },
    page,
    json,
    bag,
    button(t("page-take-print"), () => printPage(page.href), { kind: "small" }),
    h("label", { class: "check small", title: t("page-take-names-more") }, names, h("span", {}, t("page-take-names"))),
    revealButton(check, reveal, onChange),
    may("library:write") && check.report?.verdict && button(t("page-add-button"), () => addToLibrary(check), { kind: "small" }),
    button(t("page-delete-do"), () => remove(check), { kind: "small danger-quiet" }),
  );

  function aim() {
    const query = names.checked ? "?names=kept" : "";
    page.setAttribute("href", `${path}/report.html${query}`);
    json.setAttribute("href", `${path}/report.json${query}`);
    bag.setAttribute("href", `${path}/bag.zip${query}`);
  }
}

/** Prints the page that is made for others; this one shows names. */
function printPage(href) {
  const report = window.open(href, "_blank");
  report?.addEventListener("load", () => report.print());
}

async function addToLibrary(check) {
  const answer = await formDialog(
    t("page-add-title"),
    t("page-add-lead"),
    [h("div", { class: "grid" }, textFields()), h("h3", {}, t("page-add-date")), h("div", { class: "grid" }, sightingFields({ required: false }))],
    t("page-add-do"),
    (form) => ask("POST", `/v1/checks/${check.id}/clip`, columnsOf(form)),
    { onError: reasonOf },
  );
  if (!answer) return;
  const clip = answer.clip ?? answer;
  announce(t("page-add-done", { id: clip.id }));
  location.hash = address("library", clip.id);
}

async function remove(check) {
  if (!(await confirm(t("page-delete-check"), t("page-delete-check-more"), t("page-delete-do")))) return;
  try {
    await ask("DELETE", `/v1/checks/${check.id}`);
    dropSubmissionsOf(check.id);
    announce(t("page-deleted"));
    location.hash = address("history");
  } catch (error) {
    alarm(reasonOf(error));
  }
}
