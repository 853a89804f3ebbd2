import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { makeTempDir } from "./cleanup.ts";
import { repositoryDir } from "./toolchain.ts";

export interface Workspace {
  readonly dir: string;
  path(name: string): string;
  write(name: string, content: string): void;
  read(name: string): string;
  has(name: string): boolean;
  /** All files below the folder, relative, sorted. */
  list(): string[];
}

/** A folder with these files, gone when the process ends. */
export function makeWorkspace(files: Readonly<Record<string, string>> = {}): Workspace {
  const dir = makeTempDir("workspace");
  const path = (name: string): string => join(dir, name);
  const workspace: Workspace = {
    dir,
    path,
    write(name, content) {
      mkdirSync(dirname(path(name)), { recursive: true });
      writeFileSync(path(name), content);
    },
    read: (name) => readFileSync(path(name), "utf8"),
    has: (name) => existsSync(path(name)),
    list() {
      const entries = readdirSync(dir, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => !entry.isDirectory())
        .map((entry) => relative(dir, join(entry.parentPath, entry.name)))
        .sort();
    },
  };
  for (const [name, content] of Object.entries(files)) workspace.write(name, content);
  return workspace;
}

/** A copy of `examples/<name>`. */
export function copyExample(name: string): Workspace {
  const workspace = makeWorkspace();
  cpSync(join(repositoryDir, "examples", name), workspace.dir, { recursive: true });
  return workspace;
}
