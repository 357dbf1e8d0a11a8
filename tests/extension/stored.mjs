// A browser's storage and locks as far as the extension uses them, for tests in Node.js.

function area() {
  const entries = new Map();
  return {
    get: async (key) => Object.fromEntries([...entries].filter(([name]) => key === null || name === key)),
    set: async (values) => Object.entries(values).forEach(([name, value]) => entries.set(name, value)),
    remove: async (names) => [names].flat().forEach((name) => entries.delete(name)),
  };
}

export const local = area();
export const session = area();
globalThis.chrome = { storage: { local, session } };
Object.defineProperty(globalThis, "navigator", {
  value: { locks: { request: (_, work) => work() } },
  configurable: true,
});
