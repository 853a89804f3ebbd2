import { ensureBuilder } from "../builder/ensure.ts";
import type { Host } from "../host/host.ts";
import type { BakeRequest } from "../source/bake-request.ts";
import { findAllow } from "./bake-allow.ts";
import { type FileSource, readFrom } from "../source/bake-files.ts";
import { noCache } from "../cache/choice.ts";
import { evaluate, namesToBuild } from "../source/evaluate.ts";
import { runFileEnv } from "../source/ask-bake.ts";
import { fileFlags, runFile, targetArguments } from "../source/run-file.ts";

/** `--print`, `--list` and `--call`: bake's own answer to the same definition, without cache and without a report. */
export async function showOnly(host: Host, request: BakeRequest): Promise<number> {
  const { buildx, source, args } = request;
  const names = args.mode === "list" ? Object.keys(source.plan.targets) : namesToBuild(source, args);
  const shown: FileSource =
    source.plan.bakeFiles === undefined
      ? { files: ["-", ...source.overlays], input: runFile(source, names) }
      : readFrom(source.plan, source.overlays);
  const needsBuilder = args.mode === "call";
  const builder = needsBuilder
    ? await ensureBuilder(host, buildx, { flag: args.builder, definition: source.builder, dir: source.dir })
    : null;
  const allow = needsBuilder ? await findAllow(host, request, (await evaluate(host, request)).definition, noCache) : [];
  const { exitCode } = await buildx.exec(
    [
      "bake",
      ...(builder === null ? [] : ["--builder", builder.name]),
      ...fileFlags(shown.files),
      ...source.overrides,
      ...args.passthrough,
      ...allow,
      ...(args.mode === "list" ? args.targets : targetArguments(source, args)),
    ],
    {
      cwd: source.dir,
      env: runFileEnv(host.env),
      ...(shown.input === undefined ? {} : { input: shown.input }),
      terminal: true,
    },
  );
  return exitCode;
}
