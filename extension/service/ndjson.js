// A stream of NDJSON as records. Pure.

/** Gives each line's record as it is complete; blank lines are skipped, an unfinished last one too. */
export async function* ndjsonRecords(reader) {
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      rest += decoder.decode(value ?? new Uint8Array(), { stream: !done });
      const whole = rest.split("\n");
      rest = whole.pop();
      for (const line of whole) if (line.trim()) yield JSON.parse(line);
      if (done) return;
    }
  } finally {
    reader.cancel().catch(() => null); // whoever stops reading lets the connection go
  }
}
