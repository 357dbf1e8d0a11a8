// Text from strangers made safe to read: nothing in it may turn the line's direction, or hide.
// The rule of app/text/escaping.py, but that the two joiners stay, which honest names need, and the two isolates
// that the catalogue sets around what it fills in: they turn nothing that stands outside them.

const UNSEEN =
  /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Zl}\p{Zp}\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0]/gu;
const KEPT = new Set(["\u200c", "\u200d", "\u2068", "\u2069"]);

/** The text with each character that is not seen written as \uXXXX; the rest unchanged. */
export function printable(text) {
  return text.replace(UNSEEN, (character) => (KEPT.has(character) ? character : escaped(character)));
}

function escaped(character) {
  const code = character.codePointAt(0);
  const digits = code.toString(16);
  return code <= 0xffff ? `\\u${digits.padStart(4, "0")}` : `\\U${digits.padStart(8, "0")}`;
}
