// Small pieces that several views are made of.

import { freshId, fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "../texts/strings.js";

/** A button that is busy while its work runs, and shows nothing else. */
export function button(text, work, { kind = "", name = null, glyph = null, disabled = false } = {}) {
  const made = h(
    "button",
    { type: "button", class: `button ${kind}`, "aria-label": name, disabled },
    glyph && icon(glyph),
    text,
  );
  made.addEventListener("click", async () => {
    if (made.getAttribute("aria-busy") === "true") return;
    made.setAttribute("aria-busy", "true");
    try {
      await work(made);
    } finally {
      made.removeAttribute("aria-busy");
    }
  });
  return made;
}

/** A label above its control, with help and an error below, wired up for readers. */
export function field(label, control, { help = null, optional = false } = {}) {
  control.id ||= freshId("field");
  const error = h("p", { class: "field-error", id: `${control.id}-error`, hidden: true });
  const hint = help && h("p", { class: "help", id: `${control.id}-help` }, help);
  control.setAttribute("aria-describedby", [hint && hint.id, error.id].filter(Boolean).join(" "));
  const element = h(
    "div",
    { class: "field" },
    h("label", { for: control.id }, label, optional && h("span", { class: "optional" }, ` ${t("optional")}`)),
    control,
    hint,
    error,
  );
  element.complain = (text) => {
    fill(error, text ?? "");
    error.hidden = !text;
    control.toggleAttribute("aria-invalid", Boolean(text));
    if (text) control.setAttribute("aria-invalid", "true");
  };
  return element;
}

/** A place for what is wrong with a form where no single field is to blame. */
export function complaint() {
  const element = h("p", { class: "field-error", hidden: true });
  element.complain = (text) => {
    fill(element, text ?? "");
    element.hidden = !text;
  };
  return element;
}

/** A text input. */
export function input(name, attributes = {}) {
  return h("input", { name, type: "text", autocomplete: "off", ...attributes });
}

/** One choice of several, as native radio buttons in a row. */
export function choice(name, legend, options, chosen, onChoose) {
  return h(
    "fieldset",
    { class: "choice" },
    h("legend", { class: "unseen" }, legend),
    options.map(({ value, text, disabled = false, title = null }) => {
      const radio = h("input", {
        type: "radio",
        name,
        value,
        checked: value === chosen,
        disabled,
        onchange: () => onChoose(value),
      });
      return h("label", { title }, radio, h("span", {}, text));
    }),
  );
}

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
  if (error.status === 0) return t("error.gone");
  if (error.detail || error.message) return error.detail || error.message;
  return t("error.status", { status: String(error.status) });
}

/** An empty place that says what would be there. */
export function emptiness(title, text, ...actions) {
  return h("div", { class: "empty" }, h("p", { class: "empty-title" }, title), text && h("p", {}, text), actions);
}

/** "12.3 MB · 0:31.2", what is nothing left out. */
export function dotted(...parts) {
  const there = parts.filter((part) => part !== null && part !== undefined && part !== "");
  return there.flatMap((part, index) => (index ? [" · ", part] : [part]));
}
