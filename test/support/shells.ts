import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { hasDebian, unpackDebian } from "./debian-packages.ts";
import { makeWorkspace } from "./workspace.ts";

/** bash is there with every Debian. */
export const canRunShells = hasDebian;

export interface Shell {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** An interactive shell with no settings of the user's, whose prompt is `ready> `. */
export function openShell(name: "bash" | "zsh" | "fish"): Shell {
  if (name === "bash") {
    const home = makeWorkspace({ rc: "PS1='ready> '\nbind 'set bell-style none'\n" });
    return { command: "bash", args: ["--rcfile", home.path("rc"), "-i"], env: {} };
  }
  if (name === "zsh") {
    const root = unpackDebian("shells/zsh", { suite: "bookworm", packages: ["zsh", "zsh-common"] });
    // What Debian compiled in are folders of a machine where the packages are installed.
    const settings = [
      `module_path=(${root}/usr/lib/*-linux-gnu/zsh/*)`,
      `fpath=(${root}/usr/share/zsh/functions/**/*(/N) ${root}/usr/share/zsh/functions)`,
      "PS1='ready> '",
      "unsetopt beep",
    ];
    const home = makeWorkspace({ ".zshenv": `${settings.join("\n")}\n`, ".zshrc": "" });
    return { command: join(root, "bin/zsh"), args: ["-i"], env: { ZDOTDIR: home.dir } };
  }
  const root = unpackDebian("shells/fish", {
    suite: "bookworm",
    packages: ["fish", "fish-common", "libpcre2-32-0"],
  });
  // It finds its functions by its own place where there is a folder for settings beside them.
  mkdirSync(join(root, "usr/etc/fish"), { recursive: true });
  const home = makeWorkspace({});
  const lib = `${root}/usr/lib/${process.arch === "arm64" ? "aarch64" : "x86_64"}-linux-gnu`;
  return { command: join(root, "usr/bin/fish"), args: [], env: { HOME: home.dir, LD_LIBRARY_PATH: lib } };
}
