/**
 * Reads the configs of the folders given on standard input, and prints what each comes to as JSON. A process of its
 * own: Vitest puts itself between a program and the modules that it imports, so that Node's own loader never sees them.
 */
import { text } from "node:stream/consumers";
import { BkcacheError } from "../../src/diagnostics/error.ts";
import { loadConfig } from "../../src/config/load.ts";
import { locateConfig } from "../../src/config/locate.ts";
import { validateConfig } from "../../src/config/validate.ts";

const outcomes: unknown[] = [];
for (const cwd of JSON.parse(await text(process.stdin)) as string[]) {
  const start = process.cpuUsage();
  outcomes.push({ ...(await readOne(cwd)), ms: process.cpuUsage(start).user / 1_000 });
}
process.stdout.write(JSON.stringify(outcomes));

async function readOne(cwd: string): Promise<object> {
  try {
    const located = await locateConfig({ cwd });
    if (located === null) return { other: "no config found" };
    const { config, warnings } = validateConfig(await loadConfig(located));
    return { config, errors: [], warnings };
  } catch (error) {
    if (error instanceof BkcacheError) return { config: null, errors: error.findings, warnings: [] };
    return { other: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
