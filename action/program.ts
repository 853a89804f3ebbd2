import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { addPath, input } from "./runner.ts";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  readonly version: string;
};

/**
 * Path of bkcache: the input `program`, else the executable of this version, downloaded once for a runner. Later steps find it as
 * `bkcache`.
 */
export async function findProgram(): Promise<string> {
  const given = input("program");
  if (given !== "") {
    const program = resolve(given);
    if (!existsSync(program)) throw new Error(`there is no ${program}, which the input "program" names`);
    return program;
  }
  const arch = { x64: "amd64", arm64: "arm64" }[process.arch as string];
  if (process.platform !== "linux" || arch === undefined)
    throw new Error(
      `there is no executable of bkcache for ${process.platform} on ${process.arch}: install bkcache with Node, and name it in the input "program"`,
    );
  const tools = process.env["RUNNER_TOOL_CACHE"] || process.env["RUNNER_TEMP"] || tmpdir();
  const folder = join(tools, "bkcache", version, arch);
  const program = join(folder, "bkcache");
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    const content = await download(`bkcache-linux-${arch}`);
    // Appears whole: another job may be looking for it.
    const partial = `${program}.${process.pid}`;
    writeFileSync(partial, content, { mode: 0o755 });
    renameSync(partial, program);
  }
  addPath(folder);
  return program;
}

/** A file of the release, which is the one that its checksums tell of. */
async function download(name: string): Promise<Buffer> {
  const { GITHUB_SERVER_URL: server, GITHUB_ACTION_REPOSITORY: repository } = process.env;
  const release = `${server || "https://github.com"}/${repository || "bkcache/bkcache"}/releases/download/v${version}`;
  const [sums, content] = await Promise.all([get(`${release}/SHA256SUMS`), get(`${release}/${name}`)]);
  const line = sums
    .toString("utf8")
    .split("\n")
    .find((each) => each.endsWith(`  ${name}`));
  const found = createHash("sha256").update(content).digest("hex");
  if (line?.split(" ")[0] !== found)
    throw new Error(
      `${release}/${name} has the SHA-256 ${found}, and SHA256SUMS of the release says ${line ?? "nothing of it"}`,
    );
  return content;
}

const attempts = 4;

async function get(url: string): Promise<Buffer> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await fetch(url).then(
      async (response) =>
        response.ok
          ? Buffer.from(await response.arrayBuffer())
          : { reason: `answered ${response.status}`, isFinal: response.status < 500 && response.status !== 429 },
      (error: Error) => ({
        reason: `cannot be reached: ${error.cause instanceof Error ? error.cause.message : error.message}`,
        isFinal: false,
      }),
    );
    if (Buffer.isBuffer(outcome)) return outcome;
    if (outcome.isFinal || attempt === attempts)
      throw new Error(`${url} ${outcome.reason}; name a bkcache that is there in the input "program"`);
    await sleep(500 * 2 ** attempt);
  }
}
