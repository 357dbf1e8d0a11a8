// Names and types of what is sent. Pure.

const ENDINGS = {
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/webp": "webp",
  "image/avif": "avif",
  "image/gif": "gif",
  "image/heic": "heic",
  "video/mp4": "mp4",
  "video/webm": "webm",
  "video/quicktime": "mov",
};

/** Whether an answer of this type can be a picture or a video; a playlist or a page is neither. */
export function isMediaType(type) {
  const plain = type.split(";")[0].trim().toLowerCase();
  if (plain === "" || plain === "application/octet-stream" || plain === "binary/octet-stream") return true;
  return /^(image|video)\//.test(plain) && !/svg|mpegurl|mp2t/.test(plain);
}

/** A file's name for what is at an address: its last part, with an ending that fits the type. */
export function fileName(address, type, fallback) {
  const last = /^https?:/.test(address) ? decoded(new URL(address).pathname.split("/").pop()) : "";
  // eslint-disable-next-line no-control-regex -- control characters have no place in a name
  const clean = last.replace(/[\u0000-\u001f\u007f/\\:*?"<>|]/g, "").slice(-100);
  const ending = ENDINGS[type.split(";")[0]];
  const name = clean || fallback;
  return /\.[a-z0-9]{2,5}$/i.test(name) || !ending ? name : `${name}.${ending}`;
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
