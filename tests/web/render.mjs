// Messages, a JSON array on the standard input, as the page writes them: a JSON array of texts.

import { readFileSync } from "node:fs";

import { render } from "../../app/web/texts/catalogue.js";
import "./english.mjs";

const warned = [];
console.warn = (text) => warned.push(text);
const texts = JSON.parse(readFileSync(0, "utf-8")).map((message) => render(message));
process.stdout.write(JSON.stringify({ texts, warned }));
