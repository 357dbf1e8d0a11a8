// Elements made in code. Texts become text nodes, never markup: a stranger's name cannot act here.

import { printable } from "../texts/escaping.js";

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element. Attributes: on… are listeners, `style` is an object of properties, true and false
 * set and leave out, null leaves out. Children: elements, texts, lists of them, null for nothing.
 */
export function h(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** The same, of SVG. */
export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) set(element, name, value);
  element.append(...nodes(children));
  return element;
}

function set(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (name === "style") Object.entries(value).forEach(([key, v]) => element.style.setProperty(key, v));
  else element.setAttribute(name, value === true ? "" : typeof value === "string" ? printable(value) : value);
}

/** Children as nodes; what is nothing is left out. */
export function nodes(children) {
  return children.flat(Infinity).flatMap((child) => {
    if (child === null || child === undefined || child === false || child === "") return [];
    return [child instanceof Node ? child : document.createTextNode(printable(String(child)))];
  });
}

/** Everything in an element replaced. */
export function fill(element, ...children) {
  element.replaceChildren(...nodes(children));
  return element;
}

let made = 0;

/** An id that no other element has. */
export function freshId(word) {
  made += 1;
  return `${word}-${made}`;
}

/** A stranger's text, with a direction of its own. */
export function foreign(text, tag = "bdi") {
  return h(tag, { dir: "auto" }, text);
}
