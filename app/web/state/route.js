// Which view an address shows. Addresses live behind the #, which no server sees or logs. Pure.

export const VIEWS = ["", "checks", "history", "library", "alerts"];

/** "#/library/R000001?q=x" as {view, id, query}; what is not known is the first view. */
export function parse(hash) {
  const [path, search = ""] = hash.replace(/^#\/?/, "").split("?");
  const [view, id] = path.split("/").map(decode);
  const known = VIEWS.includes(view) ? view : "";
  return { view: known, id: known && id ? id : null, query: new URLSearchParams(search) };
}

/** The address of a view; empty values of the query are left out. */
export function address(view, id = null, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const search = new URLSearchParams(given).toString();
  return `#/${view}${id ? `/${encodeURIComponent(id)}` : ""}${search ? `?${search}` : ""}`;
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
