// The page's catalogue for tests in Node.js: every file of English, read as the service sends them.

import { readdirSync, readFileSync } from "node:fs";

import { readLanguage, speak } from "../../app/web/texts/catalogue.js";

const folder = new URL("../../app/messages/", import.meta.url);
const files = readdirSync(folder).filter((name) => /^en\.(\w+\.)?ftl$/.test(name)).sort();

export const english = readLanguage(
  { language: "en", locale: "en-GB", direction: "ltr" },
  files.map((name) => readFileSync(new URL(name, folder), "utf-8")).join("\n"),
);

speak(english);
