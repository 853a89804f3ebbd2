import { posix } from "node:path";
import { bakeFileNames } from "../bake/file-names.ts";

/** Endings of what is made into a Dockerfile, speaks of one, or reads one. */
const otherEnding =
  /\.(?:dockerignore|hbs|j2|jinja2?|tmpl|tpl|template|erb|in|md|mdx|rst|txt|bak|orig|rej|swp|go|rs|py|rb|exs?|js|mjs|cjs|ts|tsx|java|kt|php|c|h|cc|cpp|sh|lua|vim|json|jsonc|ya?ml|toml|xml|html?|css|svg|png|lock|snap)$/i;

/** `Dockerfile`, `Dockerfile.web`, `Dockerfile-cuda`, `Containerfile_dev` and `server.dockerfile`. */
export function isDockerfileName(path: string): boolean {
  const name = posix.basename(path);
  if (otherEnding.test(name)) return false;
  return /^(?:Dockerfile|Containerfile)(?:[._-][\w.-]+)?$/i.test(name) || /\.(?:dockerfile|containerfile)$/i.test(name);
}

/** What a Dockerfile adds to its kind, such as `cuda` of `Dockerfile-cuda`; undefined where it adds nothing. */
export function suffixOf(path: string): string | undefined {
  const name = posix.basename(path);
  const [, after] = /^(?:Dockerfile|Containerfile)[._-](.+)$/i.exec(name) ?? [];
  const [, before] = /^(.+)\.(?:dockerfile|containerfile)$/i.exec(name) ?? [];
  return after ?? before;
}

export function isComposeName(path: string): boolean {
  return /^(?:docker-)?compose(?:[._-][\w.-]+)?\.ya?ml$/i.test(posix.basename(path));
}

/** What bkcache writes itself, `docker-bake.hcl`, is told by its first line. */
export function isBakeName(path: string): boolean {
  return /^(?:[\w.-]+[._-])?bake(?:[._-][\w.-]+)?\.(?:hcl|json)$/i.test(posix.basename(path));
}

/** Whether bake reads the file by itself where it runs in `folder`. */
export function isReadByItself(path: string): boolean {
  return bakeFileNames.includes(path);
}
