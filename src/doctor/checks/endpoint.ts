import { showTime } from "../../diagnostics/units.ts";
import { askEndpoint } from "../../store/ask-endpoint.ts";
import type { Check } from "../check.ts";
import { errorOf, healthy, unknown, warningOf } from "../verdict.ts";
import { backendNames, isBucket, requireBucket } from "../known-backends.ts";

/** A signature is refused 15 minutes before or after the store's time; a clock that is some off will be so. */
const tolerated = 3 * 60_000;
const refused = 15 * 60_000;

/** Whether this machine gets to the store, and has its time. */
export const endpoint: Check = {
  name: "clock",
  boundMs: 10_000,
  late: "BK5007",
  subjects: (setup) => backendNames(setup, isBucket),
  async examine(setup, { host, subject }) {
    const { place } = await requireBucket(setup, subject);
    const answer = await askEndpoint(place, { env: host.env, signal: host.signal, idleMs: 3_000 });
    if ("code" in answer) return { facts: "", findings: [errorOf(answer)] };
    if (answer.clock === null) return unknown("the store does not say its time");
    const off = Math.abs(answer.clock.theirs - answer.clock.ours);
    // The store's time has whole seconds.
    if (off < tolerated) return healthy(`within ${Math.ceil(off / 1000) + 1} s of the store's`);
    const isRefused = off >= refused;
    const level = isRefused ? errorOf : warningOf;
    const finding = level({
      code: "BK5009",
      message: `backend "${subject}": this machine's clock is ${showTime(off)} off that of the store`,
      hint: `set the clock${isRefused ? "" : "; at 15 minutes the store refuses what is signed"}`,
    });
    return { facts: "", findings: [finding] };
  },
};
