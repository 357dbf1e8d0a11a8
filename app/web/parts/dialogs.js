// Dialogs: native ones, which keep the focus inside and give it back.

import { t } from "../texts/catalogue.js";
import { button } from "./controls.js";
import { fill, freshId, h } from "./dom.js";
import { icon } from "./icons.js";

/** Opens a dialog; resolves to what close() was given, null where it was dismissed. */
export function open(title, content, { closable = true } = {}) {
  const heading = freshId("title");
  return new Promise((resolve) => {
    let answer = null;
    const close = (value = null) => {
      answer = value;
      dialog.close();
    };
    const dialog = h(
      "dialog",
      { "aria-labelledby": heading },
      h(
        "header",
        {},
        h("h2", { id: heading }, title),
        closable &&
          h(
            "button",
            { type: "button", class: "button quiet square", "aria-label": t("page-close"), onclick: () => close() },
            icon("close"),
          ),
      ),
      content(close),
    );
    dialog.addEventListener("cancel", (event) => {
      if (!closable) event.preventDefault();
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Asks before something that cannot be undone; true where the person goes on. */
export function confirm(title, text, verb, { kind = "danger" } = {}) {
  return open(title, (close) => [
    h("p", {}, text),
    h(
      "div",
      { class: "actions end" },
      button(t("page-cancel"), () => close(false), { kind: "quiet" }),
      button(verb, () => close(true), { kind }),
    ),
  ]);
}

/** A form in a dialog. send(form) does the work; its error is shown and the dialog stays. */
export function formDialog(title, lead, fields, verb, send, { onError } = {}) {
  return open(title, (close) => {
    const complaint = h("p", { class: "field-error", role: "alert", hidden: true });
    const submit = h("button", { type: "submit", class: "button strong" }, verb);
    const form = h(
      "form",
      {
        onsubmit: async (event) => {
          event.preventDefault();
          if (submit.getAttribute("aria-busy") === "true") return;
          submit.setAttribute("aria-busy", "true");
          try {
            close((await send(new FormData(form))) ?? true);
          } catch (error) {
            fill(complaint, onError(error));
            complaint.hidden = false;
          } finally {
            submit.removeAttribute("aria-busy");
          }
        },
      },
      lead && h("p", { class: "lead" }, lead),
      fields,
      complaint,
      h("div", { class: "actions end" }, button(t("page-cancel"), () => close(), { kind: "quiet" }), submit),
    );
    return form;
  });
}
