import type { Host } from "../host/host.ts";
import type { Check } from "./check.ts";
import type { DoctorFinding } from "./verdict.ts";
import { checks } from "./checks.ts";
import { listen } from "./part.ts";
import { openSetup, type Setup, type SetupRequest } from "./setup.ts";

/** What doctor says of one thing. */
export interface Examination {
  readonly name: string;
  /** The backend that is meant; null where there is one thing only. */
  readonly subject: string | null;
  /** `unknown` where it could not be told, or another line tells why. */
  readonly state: "ok" | "warning" | "error" | "unknown";
  readonly facts: string;
  readonly findings: readonly DoctorFinding[];
  readonly ms: number;
}

/** All checks, side by side, in the order of their list. Nothing that does not answer holds it up for long. */
export async function examine(
  host: Host,
  request: SetupRequest,
  all: readonly Check[] = checks,
): Promise<readonly Examination[]> {
  const over = new AbortController();
  const within: Host = { ...host, signal: AbortSignal.any([host.signal, over.signal]) };
  const setup = openSetup(within, request);
  try {
    const examined = await Promise.all(all.map((check) => examineOne(within, setup, check)));
    return distinct(examined.flat());
  } finally {
    await setup.close();
    over.abort(new Error("doctor is done"));
  }
}

async function examineOne(host: Host, setup: Setup, check: Check): Promise<readonly Examination[]> {
  const subjects = await check.subjects(setup);
  return Promise.all(
    subjects.map(async (subject) => {
      const since = host.now();
      // The same of every check that asks one backend, so that it is said once.
      const about = subject === "" ? check.name : `backend "${subject}"`;
      const late = {
        code: check.late,
        message: `${about}: no answer in time`,
        hint: "something on the way accepts and says nothing: check the address, the network and the proxy variables",
      };
      const { value, findings: said } = await listen(host, { ms: check.boundMs, late }, (own) =>
        check.examine(setup, { host: own, subject }),
      );
      const findings = [...(value?.findings ?? []), ...said];
      return {
        name: check.name,
        subject: subject === "" ? null : subject,
        state: stateOf(findings, value?.isUnknown === true),
        facts: value?.facts ?? "",
        findings,
        ms: host.now() - since,
      };
    }),
  );
}

function stateOf(findings: readonly DoctorFinding[], isUnknown: boolean): Examination["state"] {
  if (findings.some(({ level }) => level === "error")) return "error";
  if (findings.length > 0) return "warning";
  return isUnknown ? "unknown" : "ok";
}

/** Several checks come upon one fault, or one check several times: it is said once, by the first and at its worst. */
function distinct(all: readonly Examination[]): readonly Examination[] {
  const said = new Map<string, string>();
  return all.map((each) => {
    const keyOf = ({ code, message }: DoctorFinding) => `${code} ${message}`;
    const [other] = each.findings.flatMap((finding) => said.get(keyOf(finding)) ?? []);
    const own = new Map<string, DoctorFinding>();
    for (const finding of each.findings) {
      const key = keyOf(finding);
      if (said.has(key) || own.get(key)?.level === "error") continue;
      own.set(key, finding);
    }
    for (const key of own.keys()) said.set(key, each.name);
    const findings = [...own.values()];
    if (other === undefined || findings.length > 0) return { ...each, findings };
    return { ...each, findings, state: "unknown", facts: `see ${other}` };
  });
}
