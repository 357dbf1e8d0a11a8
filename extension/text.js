// Words, from _locales: `t` by key, `plural` by key and number, `translate` for what stands in HTML.

export const locale = chrome.i18n.getUILanguage();
const rules = new Intl.PluralRules(locale);

export function t(key, ...values) {
  return chrome.i18n.getMessage(key, values.map(String)) || key;
}

/** The form that the language has for n; each language may have forms of its own beside `_other`. */
export function plural(key, n) {
  const shown = n.toLocaleString(locale);
  return chrome.i18n.getMessage(`${key}_${rules.select(n)}`, [shown]) || t(`${key}_other`, shown);
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
