// Which language the page speaks: the first of the browser's that the service has texts in, else English.

import { readLanguage, speak } from "../texts/catalogue.js";
import { textOf } from "./api.js";

const ENGLISH = "en";

/** Fetches the texts and speaks them; gives the language, {language, locale, direction}. Raises ServiceError. */
export async function speakTheReadersLanguage(wanted) {
  const there = JSON.parse(await textOf("/static/messages/languages.json"));
  const code = chosenOf(wanted, there.map(({ language }) => language));
  const read = async (language) => readLanguage(there.find((one) => one.language === language), await textOf(`/static/messages/${language}.ftl`));
  const [chosen, english] = await Promise.all([read(code), code === ENGLISH ? null : read(ENGLISH)]);
  speak(chosen, english ?? chosen);
  return chosen;
}

/** The first wanted language that is there: itself, as pt-BR, or without its region, as pt. */
export function chosenOf(wanted, there) {
  for (const tag of wanted) {
    const parts = tag.split("-");
    for (let length = parts.length; length > 0; length -= 1) {
      const code = parts.slice(0, length).join("-").toLowerCase();
      const found = there.find((language) => language.toLowerCase() === code);
      if (found) return found;
    }
  }
  return ENGLISH;
}
