// The door: a key goes in, a session comes out. Also as a dialog where a session ended in mid-work.

import { field, input } from "../parts/controls.js";
import { open } from "../parts/dialogs.js";
import { fill, h } from "../parts/dom.js";
import { reasonOf } from "../parts/notices.js";
import { signIn } from "../state/session.js";
import { t } from "../texts/catalogue.js";

/** The form; onDone is called once somebody is signed in. */
export function signInForm(onDone) {
  const secret = input("key", {
    type: "password",
    autocomplete: "current-password",
    required: true,
    spellcheck: "false",
    autocapitalize: "none",
    dir: "ltr",
  });
  const row = field(t("page-signin-key"), secret, { help: t("page-signin-help") });
  const submit = h("button", { type: "submit", class: "button strong" }, t("page-signin-do"));
  const complaint = h("p", { class: "field-error", role: "alert" });
  return h(
    "form",
    {
      class: "sign-in-form",
      onsubmit: async (event) => {
        event.preventDefault();
        submit.setAttribute("aria-busy", "true");
        fill(complaint);
        try {
          await signIn(secret.value.trim());
          secret.value = "";
          onDone();
        } catch (error) {
          fill(complaint, wrong(error));
          secret.focus();
          secret.select();
        } finally {
          submit.removeAttribute("aria-busy");
        }
      },
    },
    row,
    complaint,
    h("div", { class: "actions" }, submit),
  );
}

function wrong(error) {
  if (error.status === 401 || error.status === 403 || error.status === 422) return t("page-signin-wrong");
  if (error.status === 429) return t("page-signin-slow", { count: Math.ceil(error.retryAfter ?? 60) });
  return reasonOf(error);
}

export function signInView(onDone) {
  return h(
    "section",
    { class: "door" },
    h("h1", {}, t("page-signin-title")),
    h("p", { class: "lead" }, t("page-signin-lead")),
    signInForm(onDone),
    h("p", { class: "small" }, t("page-signin-where")),
    h("pre", { class: "command" }, h("code", {}, "firstseen keys create NAME --scope check --data FOLDER")),
  );
}

let asking = null;

/** Asks for the key again over whatever is open; several callers share one dialog. */
export function signInAgain(onAgain) {
  asking ??= open(
    t("page-signin-again"),
    (close) => [
      h("p", { class: "lead" }, t("page-signin-expired")),
      signInForm(() => {
        onAgain();
        close(true);
      }),
    ],
    { closable: false },
  ).finally(() => {
    asking = null;
  });
  return asking;
}
