import { chmodSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { cleanEnv } from "../support/env.ts";
import { binFile, runBkcache, runCommand } from "../support/run-bkcache.ts";
import { canRunShells, openShell } from "../support/shells.ts";
import { type Answer, runProgramOnTerminal } from "../support/terminal.ts";
import { makeWorkspace } from "../support/workspace.ts";

const config = `project: shop
cache: { read: [disk], write: [disk], mounts: disk, scope: trunk }
backends: { disk: { type: local, path: cache } }
mounts: { gomod: go-mod, gobuild: go-build }
targets:
  api: {}
  worker: { inherits: [api], target: worker }
groups: { all: [api, worker] }
`;

const files = {
  "bkcache.config.yaml": config,
  Dockerfile: "FROM scratch\n",
  "cache/v1/m/feature_2Fx/gomod/a": "",
};

async function complete(words: readonly string[], other: Readonly<Record<string, string>> = files, env = {}) {
  const { dir } = makeWorkspace(other);
  const { exitCode, stdout, stderr } = await runBkcache(["__complete", "--", ...words], {
    cwd: dir,
    env: cleanEnv(env),
  });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  return stdout.split("\n").flatMap((line) => line.split("\t")[0] || []);
}

describe("candidates", () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ["commands", ["mo"], ["mounts"]],
    ["commands below one", ["mounts", "re"], ["restore", "repair"]],
    ["nothing below a command that does not exist", ["mounts", "nothing", ""], []],
    ["presets", ["mounts", "presets", "cargo-"], ["cargo-registry", "cargo-git", "cargo-target"]],
    ["flags of the command, whatever an argument is called", ["plan", "mounts", "--js"], ["--json"]],
    ["what help takes", ["help", "mounts", "sn"], ["snippet"]],
    ["targets and groups, of lint files too", ["lint", ""], ["api", "worker", "all", ":files"]],
    ["targets that are not there yet", ["bake", "api", ""], ["worker", "all"]],
    ["mounts, targets and groups", ["mounts", "restore", ""], ["gobuild", "gomod", "api", "worker", "all"]],
    ["values of a flag", ["bake", "--cache", ""], ["auto", "off", "read", "read-write"]],
    ["values behind =", ["bake", "--cache=rea"], ["--cache=read", "--cache=read-write"]],
    ["scopes: of the config and of folders", ["mounts", "save", "--write-scope", ""], ["trunk", "feature/x"]],
    ["backends", ["layers", "ls", "--backend", ""], ["disk"]],
    ["flags of buildx", ["bake", "--pro"], ["--progress", "--provenance"]],
    ["values of buildx's flags", ["build", "--progress", "pl"], ["plain"]],
    ["files", ["bake", "-f", ""], [":files"]],
    ["a file behind a flag that needs one", ["generate", "--config", ""], [":files"]],
    [
      "a list of values, and the flags that may end it",
      ["mounts", "snippet", "--mount", "gomod", "go"],
      ["gobuild", "gomod"],
    ],
    ["folders", ["build", ""], [":folders"]],
    ["choices", ["completion", ""], ["bash", "zsh", "fish"]],
    ["codes", ["explain", "BK900"], ["BK9001"]],
    ["nothing where nothing fits", ["completion", "zsh", ""], []],
    ["nothing behind a command that does not exist", ["bkae", ""], []],
    ["flags where a command takes nothing else", ["schema", ""], ["--report", "--help"]],
  ])("%s", async (_, words, expected) => {
    expect(await complete(words)).toEqual(expected);
  });

  test("builders that buildx has noted", async () => {
    const env = { BUILDX_CONFIG: makeWorkspace({ "instances/east": "{}" }).dir };
    expect(await complete(["bake", "--builder", ""], files, env)).toEqual(["east"]);
  });

  test("branches of the repository are scopes", async () => {
    const { dir } = makeWorkspace(files);
    const git = (...args: string[]) =>
      runCommand("git", ["-c", "user.name=a", "-c", "user.email=a@b.c", ...args], { cwd: dir, env: cleanEnv() });
    await git("init", "-q", "-b", "next");
    await git("commit", "-q", "--allow-empty", "-m", "first");
    const { stdout } = await runBkcache(["__complete", "--", "plan", "--read-scope", "n"], {
      cwd: dir,
      env: cleanEnv(),
    });
    expect(stdout).toBe("next\tscope\n");
  });

  test.each([
    [
      "writes to both outputs",
      'console.log("x"); console.error("y"); export default { targets: { api: {} } };',
      ["api", "default"],
    ],
    ["leaves a timer", "setInterval(() => {}, 1e6); export default { targets: { api: {} } };", ["api", "default"]],
    ["throws", 'throw new Error("no");', []],
    ["does not parse", "export default {", []],
    ["is not valid", "export default { tragets: {} };", []],
  ])("a config that %s", async (_, text, expected) => {
    expect(await complete(["plan", ""], { "bkcache.config.mjs": text })).toEqual(expected);
  });

  test.each([
    ["waits", "await new Promise((resolve) => setTimeout(resolve, 1e6)); export default {};"],
    ["never ends", "for (;;);"],
  ])("a config that %s is waited for a few seconds", async (_, text) => {
    const { dir } = makeWorkspace({ "bkcache.config.mjs": text });
    const begun = Date.now();
    const { stdout, stderr } = await runBkcache(["__complete", "--", "plan", ""], { cwd: dir, env: cleanEnv() });
    expect({ stdout, stderr }).toEqual({ stdout: "", stderr: "" });
    expect(Date.now() - begun).toBeLessThan(10_000);
  });
});

describe.runIf(canRunShells)("in the shells", () => {
  const bin = makeWorkspace({ bkcache: `#!/bin/sh\nexec '${process.execPath}' '${binFile}' "$@"\n` });
  chmodSync(bin.path("bkcache"), 0o755);
  const env = cleanEnv({ PATH: `${bin.dir}:${process.env["PATH"]}` });

  /** What the line becomes by the keys; a question mark asks the shell for nothing and shows that it is done. */
  async function type(
    name: "bash" | "zsh",
    answers: readonly Answer[],
    other: Readonly<Record<string, string>> = files,
  ) {
    const shell = openShell(name);
    const { dir } = makeWorkspace(other);
    const source = { to: "ready> ", keys: `source <(bkcache completion ${name})\r` };
    const { stdout } = await runProgramOnTerminal([shell.command, ...shell.args], [source, ...answers], {
      cwd: dir,
      env: { ...env, ...shell.env },
    });
    return stdout;
  }

  const end = { keys: "\x15exit\r" };

  describe.each(["bash", "zsh"] as const)("%s", (name) => {
    test.each([
      ["a target", "bkcache plan wor\t", "bkcache plan worker "],
      ["a mount", "bkcache mounts restore gom\t", "bkcache mounts restore gomod "],
      ["a value", "bkcache bake --cache au\t", "bkcache bake --cache auto "],
      ["a value behind =", "bkcache bake --cache=au\t", "bkcache bake --cache=auto "],
      ["a scope with a slash", "bkcache mounts save --write-scope fea\t", "--write-scope feature/x "],
      ["a flag of buildx", "bkcache bake --prog\t", "bkcache bake --progress "],
      ["a file", "bkcache generate --config bkc\t", "--config bkcache.config.yaml "],
      ["a file behind =", "bkcache generate --config=bkc\t", "--config=bkcache.config.yaml "],
    ])("%s", async (_, keys, expected) => {
      const shown = await type(name, [
        { to: "ready> ", keys },
        { to: expected, ...end },
      ]);
      expect(shown).toContain(expected);
    });

    test("a list of what fits, and no word of an error", async () => {
      const shown = await type(name, [
        { to: "ready> ", keys: "bkcache lint \t\t" },
        { to: "worker", ...end },
      ]);
      const [, list = ""] = shown.split("bkcache lint ");
      expect(list).toMatch(/\ball\b[^]*\bapi\b|\bapi\b[^]*\ball\b/);
      expect(list).toContain("Dockerfile");
      expect(shown).not.toMatch(/not found|error|warning/i);
    });
  });

  test("zsh that has called compinit by itself", async () => {
    const shell = openShell("zsh");
    const { dir } = makeWorkspace(files);
    const answers = [
      { to: "ready> ", keys: "autoload -Uz compinit; compinit -u -D; source <(bkcache completion zsh)\r" },
      { to: "ready> ", keys: "bkcache bake wor\t" },
      { to: "worker ", ...end },
    ];
    const { stdout } = await runProgramOnTerminal([shell.command, ...shell.args], answers, {
      cwd: dir,
      env: { ...env, ...shell.env },
    });
    expect(stdout).toContain("bkcache bake worker ");
    expect(stdout).not.toMatch(/not found|error/i);
  });

  test.each([
    ["bkcache plan ", ["all\tgroup", "api\ttarget", "worker\ttarget"]],
    ["bkcache mounts verify gom", ["gomod\tmount"]],
    ["bkcache bake --cache=au", ["--cache=auto"]],
    ["bkcache bake --prog", ["--progress"]],
    ["bkcache generate --config Dock", ["Dockerfile"]],
    ["bkcache mo", ["mounts\tcache mounts: what the builder and the bucket have, to and fro"]],
    ["bkcache nothing ", []],
  ])("fish: %s", async (line, expected) => {
    const shell = openShell("fish");
    const { dir } = makeWorkspace(files);
    const script = `bkcache completion fish | source; complete -C '${line}'`;
    const { stdout, stderr } = await runCommand(shell.command, [...shell.args, "-c", script], {
      cwd: dir,
      env: { ...env, ...shell.env },
    });
    expect(stderr).toBe("");
    expect(stdout.split("\n").filter(Boolean).toSorted()).toEqual(expected);
  });
});
