import { once } from "node:events";
import { symlinkSync, writeFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { BakeDefinition } from "../bake/printed.ts";
import type { BakeTarget } from "../bake/model.ts";
import { mapRecord } from "../config/records.ts";
import type { Diagnostic } from "../diagnostics/error.ts";
import type { Env, Print, SourceOptions } from "./question.ts";

/** What stands in for secret files and SSH agents that this machine lacks, while bake looks at them. */
export interface StandIns {
  env(): Env;
  flags(): readonly string[];
  files(): Promise<readonly string[]>;
  /** As `flags` and `files`, for a definition whose targets inherit nothing from each other. */
  flagsFor(definition: BakeDefinition | undefined): readonly string[];
  filesFor(definition: BakeDefinition | undefined): Promise<readonly string[]>;
  /** Whether something new stands in for what a refusal is about; `names` are what was asked for. */
  provide(reason: string, names: readonly string[], print: Print): Promise<boolean>;
  /** What the source says instead of the stand-ins. */
  restore(definition: BakeDefinition): BakeDefinition;
  notices(): readonly Diagnostic[];
  close(): Promise<void>;
}

/** An override of one secret. The file that stands in is one for each source, since bake hands it on to heirs. */
interface Secret {
  readonly target: string;
  readonly id: string;
  readonly file: string;
}

type Fields = Readonly<Record<string, string>>;

interface Agent {
  readonly id: string;
  readonly paths?: readonly string[];
}

interface Ssh {
  readonly target: string;
  readonly id: string;
  readonly paths: readonly string[];
}

export async function createStandIns(options: SourceOptions): Promise<StandIns> {
  const dir = await mkdtemp(join(tmpdir(), "bkcache-"));
  const env: Record<string, string> = {};
  let secrets: readonly Secret[] = [];
  /** File that stands in -> what the source says. */
  const sources = new Map<string, string>();
  const keys: Ssh[] = [];
  const sockets = new Map<string, readonly string[]>();
  const lacking = new Set<string>();
  let agent: { readonly path: string; readonly server: Server } | undefined;

  const openAgent = async (): Promise<string> => {
    if (agent === undefined) {
      const path = join(dir, "agent");
      const server = createServer().listen(path);
      await once(server, "listening");
      agent = { path, server };
    }
    return agent.path;
  };
  /** What an overlay says -> its path: questions that are under way at once do not share a file that changes. */
  const overlays = new Map<string, string>();
  /** Bake hands an agent on to heirs, so that each has a link of its own that says what it stands for. */
  const writeOverlay = async (list: readonly Ssh[]): Promise<string> => {
    const socket = await openAgent();
    const target: Record<string, { ssh: object[] }> = {};
    for (const { target: name, id, paths } of list) {
      const link = `${socket}-${sockets.size}`;
      const known = [...sockets].find(([, each]) => isDeepStrictEqual(each, paths))?.[0];
      if (known === undefined) symlinkSync(socket, link);
      sockets.set(known ?? link, paths);
      (target[name] ??= { ssh: [] }).ssh.push({ id, paths: [known ?? link] });
    }
    const text = JSON.stringify({ target });
    const path = overlays.get(text) ?? join(dir, `overlay-${overlays.size}.json`);
    if (!overlays.has(text)) {
      writeFileSync(path, text);
      overlays.set(text, path);
    }
    return path;
  };

  const restoreTarget = (target: BakeTarget): BakeTarget => {
    const restored: { secret?: readonly Fields[]; ssh?: readonly Agent[] } = {};
    if (target.secret !== undefined) {
      restored.secret = (target.secret as readonly Fields[]).map((entry) => {
        const src = sources.get(entry["src"] ?? "");
        return src === undefined ? entry : Object.assign({}, entry, { src });
      });
    }
    if (target.ssh !== undefined) {
      restored.ssh = (target.ssh as readonly Agent[]).map((entry) => {
        const paths = sockets.get(entry.paths?.[0] ?? "");
        return paths === undefined ? entry : { id: entry.id, paths };
      });
    }
    return { ...target, ...restored };
  };

  const provideSecret = async (src: string, target: string, print: Print): Promise<boolean> => {
    const isMissing = async () => {
      const answer = await print([target]);
      return "reason" in answer && isAbout(answer.reason, src);
    };
    // Without a source bake takes the variable of the secret's name, else a file of that name.
    if (/^[A-Za-z_]\w*$/.test(src) && options.env[src] === undefined && env[src] === undefined) {
      env[src] = "";
      if (!(await isMissing())) return true;
      delete env[src];
    }
    const before = secrets;
    const file = join(dir, `secret-${sources.size}`);
    await writeFile(file, "");
    sources.set(file, src);
    const known = [...new Set(secrets.map((each) => each.id)), ...options.secretIds];
    for (const id of new Set(known)) {
      if (before.some((each) => each.target === target && each.id === id)) continue;
      const tried = { target, id, file };
      secrets = secrets.concat(tried);
      const answer = await print([target]);
      const isDeclared =
        !("reason" in answer) || !/must be declared before it can|any target matching/.test(answer.reason);
      if (!isDeclared) secrets = secrets.filter((each) => each !== tried);
      else if (!("reason" in answer) || !isAbout(answer.reason, src)) {
        // Several secrets may have one source, and those that were tried before have another.
        for (const other of secrets.filter((each) => !before.includes(each))) {
          const all = secrets;
          secrets = secrets.filter((each) => each !== other);
          if (await isMissing()) secrets = all;
        }
        return true;
      }
    }
    secrets = before;
    return false;
  };

  return {
    env: () => env,
    flags: () => secrets.flatMap(({ target, id, file }) => ["--set", `${target}.secret.${id}=src=${file}`]),
    async files() {
      if (keys.length === 0) return [];
      return [await writeOverlay(keys)];
    },
    flagsFor: (definition) =>
      Object.entries(definition?.targets ?? {}).flatMap(([name, { secret = [] }]) =>
        (secret as readonly Fields[]).flatMap((entry) => {
          const file = [...sources].find(([, src]) => src === entry["src"])?.[0];
          return file === undefined ? [] : ["--set", `${name}.secret.${entry["id"]}=src=${file}`];
        }),
      ),
    async filesFor(definition) {
      const all = [...sockets.values()];
      const like = Object.entries(definition?.targets ?? {}).flatMap(([name, { ssh = [] }]) =>
        (ssh as readonly Agent[]).flatMap(({ id, paths = [] }) =>
          all.some((each) => isDeepStrictEqual(each, paths)) ? [{ target: name, id, paths }] : [],
        ),
      );
      if (like.length === 0) return [];
      return [await writeOverlay(like)];
    },
    async provide(reason, names, print) {
      const [, agentId, paths] = /failed to convert agent config \{(\S*) \[(.*)\] (?:true|false)\}/.exec(reason) ?? [];
      const [only] = names;
      if (reason.includes("invalid empty ssh agent socket") || (agentId !== undefined && paths === "")) {
        if (env["SSH_AUTH_SOCK"] !== undefined) return false;
        env["SSH_AUTH_SOCK"] = await openAgent();
        return true;
      }
      if (only === undefined || names.length > 1) return false;
      if (agentId !== undefined && paths !== undefined) {
        if (keys.some((key) => key.target === only && key.id === agentId)) return false;
        keys.push({ target: only, id: agentId, paths: paths.split(" ") });
        const answer = await print([only]);
        if (!("reason" in answer) || answer.reason !== reason) {
          lacking.add(`the SSH key or socket ${paths}`);
          return true;
        }
        keys.pop();
        return false;
      }
      const [, src] = /failed to stat (.+?): (?:stat|lstat|CreateFile) /.exec(reason) ?? [];
      if (src === undefined) return false;
      const isProvided = await provideSecret(src, only, print);
      if (isProvided) lacking.add(`the ${Object.hasOwn(env, src) ? "variable or secret file" : "secret file"} ${src}`);
      return isProvided;
    },
    restore({ groups, targets }) {
      if (sources.size + keys.length === 0) return { groups, targets };
      return {
        groups,
        targets: mapRecord(targets, restoreTarget),
      };
    },
    notices: () =>
      [...lacking].map((what) => ({
        code: "BK1012" as const,
        message: `${what} does not exist on this machine; the config names it as the source does`,
        hint: "a build needs it",
      })),
    async close() {
      agent?.server.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function isAbout(reason: string, src: string): boolean {
  return reason.includes(`failed to stat ${src}:`);
}
