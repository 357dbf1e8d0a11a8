// Elements in one line each. Text is only ever set as text: nothing is parsed as HTML.

/** h("a.class", {href, onclick, "aria-label": …}, child, "text", null) */
export function h(what, attributes = {}, ...children) {
  const [tag, ...classes] = what.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name in element && !name.includes("-")) element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child || child === 0));
  return element;
}

export const show = (parent, ...children) =>
  parent.replaceChildren(...children.flat(Infinity).filter((child) => child));

/** A link that opens beside the page, and only where the address is one of the web. */
export function link(address, text) {
  if (!/^https?:/.test(address)) return h("span", { dir: "auto" }, text);
  return h("a", { href: address, target: "_blank", rel: "noopener noreferrer", dir: "auto" }, text);
}

const drawings = {
  back: "M15 5l-7 7 7 7",
  history: "M12 7v5l3 2M4 12a8 8 0 1 0 2.5-5.8M4 4v4h4",
  gear: "M4 7h10M18 7h2M4 17h2M10 17h10M14 7a2 2 0 1 0 4 0 2 2 0 1 0-4 0M6 17a2 2 0 1 0 4 0 2 2 0 1 0-4 0",
  image: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15 9h.01",
  video: "M4 6h12v12H4zM16 11l4-3v8l-4-3",
  screen: "M4 9V5h4M16 5h4v4M20 15v4h-4M8 19H4v-4",
  again: "M19 12a7 7 0 1 1-2-5l2 2M19 4v5h-5",
};

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", `icon icon-${name}`);
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", drawings[name]);
  svg.append(path);
  return svg;
}
