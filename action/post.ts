import { command, main, readState, run } from "./runner.ts";

await main(async () => {
  const [program, cwd, builder] = ["program", "cwd", "builder"].map(readState);
  // Where the main step has baked, or may not write, there is nothing to save.
  if (!program || !cwd) return 0;
  const flags = builder ? ["--builder", builder] : [];
  const { exitCode } = await run(program, ["mounts", "save", ...flags], { cwd });
  // A cache breaks no job.
  if (exitCode !== 0) command("warning", `not every cache mount was saved (exit code ${exitCode})`);
  return 0;
});
