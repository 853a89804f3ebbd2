import type { BakeDefinition } from "../bake/printed.ts";
import { BkcacheError } from "../diagnostics/error.ts";
import { createLimit } from "../host/limit.ts";
import type { Reading } from "./reading.ts";

const askedAtOnce = 4;

/**
 * What bake makes of these names. Where it refuses them together each is asked for alone, and one that it refuses is left
 * out and said.
 * @throws BkcacheError BK4020 where it refuses all
 */
export async function defineEach(
  reading: Reading,
  names: readonly string[],
  ask: (names: readonly string[]) => Promise<BakeDefinition>,
): Promise<BakeDefinition> {
  try {
    return await ask(names);
  } catch (error) {
    if (!isRefusal(error) || names.length < 2) throw error;
    const limit = createLimit(askedAtOnce);
    const answers = await Promise.all(
      names.map((name) => limit(async () => [name, await ask([name]).catch(refusalOf)] as const)),
    );
    const definitions = answers.flatMap(([, answer]) => (answer instanceof BkcacheError ? [] : [answer]));
    if (definitions.length === 0) throw error;
    for (const [name, answer] of answers) {
      if (!(answer instanceof BkcacheError)) continue;
      const { code, message } = answer;
      reading.tell({ level: "warning", code, message: `${name} is left out: ${message}` });
    }
    return {
      groups: Object.assign({}, ...definitions.map(({ groups }) => groups)),
      targets: Object.assign({}, ...definitions.map(({ targets }) => targets)),
    };
  }
}

function isRefusal(error: unknown): error is BkcacheError {
  return error instanceof BkcacheError && error.code === "BK4020";
}

function refusalOf(error: unknown): BkcacheError {
  if (isRefusal(error)) return error;
  throw error;
}
