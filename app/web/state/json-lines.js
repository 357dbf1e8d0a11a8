// Lines of JSON out of a stream of bytes, as they come.

/** Each whole line of a ReadableStream of bytes as its value. A cut-off last line is left out. */
export async function* jsonLines(stream) {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let unfinished = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      unfinished += decoder.decode(value, { stream: true });
      const lines = unfinished.split("\n");
      unfinished = lines.pop();
      for (const line of lines) {
        if (line.trim()) yield JSON.parse(line);
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
