// What goes to the service with an item. Pure.

const CONTEXT = { page: "page_url", time: "seen_at", account: "account", text: "text" };
const MOST_CHARACTERS = 4000; // of each; the service takes no more

/** What goes with the item as context: only what was chosen, as the person left it. */
export function contextOf(chosen, values, how) {
  const context = { how };
  for (const [name, field] of Object.entries(CONTEXT)) {
    if (chosen[name] && values[name]) context[field] = values[name].slice(0, MOST_CHARACTERS);
  }
  return context;
}
