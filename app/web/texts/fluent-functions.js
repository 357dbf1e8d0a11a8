// What the catalogue's entries may call: the functions of app/messages/functions.py, and numbers as Python rounds
// them. A test compares the two over a table of values.

import { FluentNone, FluentNumber } from "../fluent/index.js";
import { clock, dateText, NOT_KNOWN, shareText } from "./formatting.js";

/** A number as it is written in the language: of its shortest decimal digits, halves to the even neighbour. */
export class ExactNumber extends FluentNumber {
  toString(scope) {
    if (!scope) return String(this.value);
    // as text, for 2.675 is meant and not the binary fraction next to it
    return scope.memoizeIntlObject(Intl.NumberFormat, { ...this.opts, roundingMode: "halfEven" }).format(String(this.value));
  }
}

const NUMBER_OPTIONS = ["useGrouping", "minimumIntegerDigits", "minimumFractionDigits", "maximumFractionDigits", "minimumSignificantDigits", "maximumSignificantDigits"];

export const FUNCTIONS = {
  NUMBER: ([value], options) => {
    if (value instanceof FluentNone) return new FluentNone(`NUMBER(${value.valueOf()})`);
    if (!(value instanceof FluentNumber)) throw new TypeError("NUMBER was given no number");
    const given = Object.entries(options).filter(([name]) => NUMBER_OPTIONS.includes(name));
    return new ExactNumber(value.valueOf(), { ...value.opts, ...Object.fromEntries(given.map(([name, option]) => [name, option.valueOf()])) });
  },
  CLOCK: ([value]) => given(value, "CLOCK", () => clock(numberOf(value))),
  SHARE: ([value], { digits = 0 }) => given(value, "SHARE", () => shareText(numberOf(value), Number(digits.valueOf()))),
  MOMENT: ([value]) => given(value, "MOMENT", () => dateText(String(value.valueOf()))),
};

/** A parameter that nobody gave stays a fault. */
function given(value, name, write) {
  return value instanceof FluentNone ? new FluentNone(`${name}(${value.valueOf()})`) : write();
}

function numberOf(value) {
  const number = value.valueOf();
  return typeof number === "number" ? number : null;
}
