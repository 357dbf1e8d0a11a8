import assert from "node:assert/strict";
import { test } from "node:test";

import { daysIn, offeredDays } from "../../extension/capture/nearby-dates.js";

test("a date is offered only where it can be read in one way", () => {
  assert.deepEqual(daysIn("Posted 27 November 2022 at 9:14"), ["2022-11-27"]);
  assert.deepEqual(daysIn("Nov. 3rd, 2021 and 2020-02-29"), ["2021-11-03", "2020-02-29"]);
  assert.deepEqual(daysIn("2022年11月27日"), ["2022-11-27"]);
  assert.deepEqual(daysIn("03/04/2022, 31 February 2020, 2021-02-29, May 2020"), []);
  assert.deepEqual(daysIn("in 2019 there were 12 of 2020"), []);
});

test("what a page states for machines is offered before what its text says, and each once", () => {
  const near = { times: ["2024-08-02T09:30:00Z", "2024-08-02"], days: ["1 July 2023", "2 August 2024"] };
  assert.deepEqual(offeredDays(near), ["2024-08-02", "2023-07-01"]);
  assert.deepEqual(offeredDays({ times: [], days: [] }), []);
});
