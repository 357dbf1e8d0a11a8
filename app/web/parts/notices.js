// What stands in the place of content: what went wrong, and what would be there.

import { t } from "../texts/catalogue.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";

/** What went wrong, in the place where it matters. */
export function trouble(text, ...actions) {
  return h(
    "div",
    { class: "notice alarm" },
    icon("unreadable"),
    h("p", { dir: "auto" }, text),
    actions.length ? h("div", { class: "actions" }, actions) : null,
  );
}

/** Why the service would not, in words. */
export function reasonOf(error) {
  if (error.status === 0) return t("page-error-gone");
  if (error.detail || error.message) return error.detail || error.message;
  return t("page-error-status", { status: String(error.status) });
}

/** An empty place that says what would be there. */
export function emptiness(title, text, ...actions) {
  return h("div", { class: "empty" }, h("p", { class: "empty-title" }, title), text && h("p", {}, text), actions);
}
