import assert from "node:assert/strict";
import { test } from "node:test";

import { chosenOf } from "../../app/web/state/language.js";
import { known, readLanguage, speak, spoken, t } from "../../app/web/texts/catalogue.js";
import { said } from "../../app/web/texts/wording.js";
import { english } from "./english.mjs";

const FRENCH = readLanguage(
  { language: "fr", locale: "fr", direction: "ltr" },
  "edit-reversed = { NUMBER($seconds, maximumFractionDigits: 1) } s à l'envers\n",
);
const ARABIC = readLanguage({ language: "ar", locale: "ar", direction: "rtl" }, "page-cancel-of = إلغاء { $name }\n");

test("a text is filled in; what a stranger wrote cannot turn its line", () => {
  assert.equal(t("page-cancel-of", { name: "a\u202egpj.exe" }), "Cancel a\\u202egpj.exe");
  assert.equal(t("report-list", { parts: ["a", "b", { id: "time", params: { seconds: 5 } }] }), "a, b and 0:05.0");
});

test("a value of a report may stand in an id as it is", () => {
  assert.equal(t("page-decision-cannot_tell"), "Inconclusive");
  assert.equal(known("edit-name-something_new"), null);
});

test("a report in another language is rendered from its messages; what is not translated stays English", () => {
  const edit = { text: "2 s reversed", message: { id: "edit-reversed", params: { seconds: 2 } } };
  assert.equal(said(edit.text, edit.message), "2 s reversed");
  speak(FRENCH, english);
  try {
    assert.equal(spoken(), "fr");
    assert.equal(said(edit.text, edit.message), "2 s à l'envers");
    assert.equal(said("as an older version wrote it", null), "as an older version wrote it");
    assert.equal(said("", { id: "time", params: { seconds: 5 } }), "0:05.0");
    assert.equal(t("page-cancel"), "Cancel");
  } finally {
    speak(english);
  }
});

test("in a language from right to left what is filled in stands apart", () => {
  speak(ARABIC, english);
  try {
    assert.equal(t("page-cancel-of", { name: "a.mp4" }), "إلغاء \u2068a.mp4\u2069");
  } finally {
    speak(english);
  }
});

test("the page speaks the first language of the browser that there is, else English", () => {
  assert.equal(chosenOf(["fr-CA", "en"], ["en", "fr"]), "fr");
  assert.equal(chosenOf(["zh-Hant-TW"], ["en", "zh-Hans", "zh-Hant"]), "zh-Hant");
  assert.equal(chosenOf(["de"], ["en", "fr"]), "en");
  assert.equal(chosenOf([], ["en"]), "en");
});
