// What is pressed, chosen and filled in: buttons and fields, wired up for screen readers.

import { t } from "../texts/catalogue.js";
import { fill, freshId, h } from "./dom.js";
import { icon } from "./icons.js";

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
    h("label", { for: control.id }, label, optional && h("span", { class: "optional" }, ` ${t("page-optional")}`)),
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
