// Words, from _locales: `t` by key, `plural` by key and number, `translate` for what stands in HTML.
// The catalogue of messages (app/messages) holds them; .ci/extension-texts writes _locales from it.

// The browser's language where the words are in it (en-GB for en), else that of the words.
const [language, browsers] = [chrome.i18n.getMessage("language"), chrome.i18n.getUILanguage()];
export const locale = browsers.split("-")[0] === language ? browsers : language;
const rules = new Intl.PluralRules(locale);

// Among words from right to left a date would be read backwards: what is filled in stands apart.
const mirrored = chrome.i18n.getMessage("direction") === "rtl";
const apart = (value) => (mirrored ? `\u2068${value}\u2069` : String(value));

/** The text of a key with its parameters: {host} is filled in from params.host. */
export function t(key, params = {}) {
  return filled(chrome.i18n.getMessage(key), params) || key;
}

function filled(text, params) {
  return text.replace(/\{(\w+)\}/g, (_, name) => apart(params[name] ?? ""));
}

/** The form that the language has for n; each language may have forms of its own beside `_other`. */
export function plural(key, n) {
  const params = { count: n.toLocaleString(locale) };
  return filled(chrome.i18n.getMessage(`${key}_${rules.select(n)}`), params) || t(`${key}_other`, params);
}

export function translate(page) {
  page.documentElement.lang = t("language"); // of the words, which may not be the browser's
  page.documentElement.dir = t("direction");
  for (const element of page.querySelectorAll("[data-t]")) {
    element.textContent = t(element.dataset.t);
  }
  for (const element of page.querySelectorAll("[data-t-label]")) {
    element.setAttribute("aria-label", t(element.dataset.tLabel));
    element.title = t(element.dataset.tLabel);
  }
}
