import type { Config, Target } from "../../src/config/schema.gen.ts";

const names: Readonly<Record<string, string>> = {
  dockerfileInline: "dockerfile-inline",
  extraHosts: "extra-hosts",
  noCache: "no-cache",
  noCacheFilter: "no-cache-filter",
  shmSize: "shm-size",
  cpuShares: "cpu-shares",
  cpusetCpus: "cpuset-cpus",
};

/** What the external target holds; a file with it stands beside both. */
export const externalTarget = {
  tags: ["ext"],
  labels: { A: "ext", ext: "ext" },
  args: { A: "ext" },
  context: "ext",
  annotations: ["ext=1"],
  platforms: ["linux/386"],
  secret: [{ id: "one", env: "EXT" }],
};

/**
 * The config as a bake file in JSON that leaves inheritance, matrix and defaults to bake: what bake makes of it is
 * what the config means. Without the cache policy, which bake does not have.
 */
export function toNativeBake(config: Config): string {
  const target: Record<string, unknown> = { ext: externalTarget, _defaults: attributesOf(config.defaults ?? {}) };
  for (const [name, each] of Object.entries(config.targets ?? {})) {
    const { inherits = [], matrix, name: template } = each;
    const own = matrix === undefined ? name : sanitized(template ?? "");
    const common = matrix === undefined ? {} : { matrix: escapeDeep(matrix) };
    target[`_raw-${name}`] = {
      ...common,
      ...(matrix !== undefined && { name: `_raw-${own}` }),
      ...attributesOf(each),
      inherits: inherits.map((parent) => (parent === "ext" ? parent : `_raw-${parent}`)),
    };
    // Defaults are farther away than anything inherited, so they come in once, at the end.
    target[name] = {
      ...common,
      ...(matrix !== undefined && { name: own }),
      inherits: ["_defaults", `_raw-${own}`],
    };
  }
  const variable = Object.fromEntries(
    Object.entries(config.variables ?? {}).map(([name, each]) => {
      if (typeof each !== "object") return [name, { default: escapeDeep(each) }];
      const { type, default: value } = each;
      return [name, { ...(type !== undefined && { type }), default: escapeDeep(value) }];
    }),
  );
  const groups = config.groups ?? {
    default: Object.keys(config.targets ?? {}).filter((name) => !name.startsWith("_")),
  };
  const group = Object.fromEntries(
    Object.entries(groups)
      .map(([name, each]) => [name, Array.isArray(each) ? { targets: each } : each] as const)
      .filter(([, each]) => each.targets.length > 0),
  );
  return JSON.stringify({ variable, target, ...(Object.keys(group).length > 0 && { group }) });
}

function sanitized(template: string): string {
  return `\${regex_replace("${template}", "[^A-Za-z0-9_-]", "_")}`;
}

function attributesOf({ inherits: _i, matrix: _m, name: _n, cache: _c, mounts: _mo, ...rest }: Target): object {
  return Object.fromEntries(Object.entries(rest).map(([key, value]) => [names[key] ?? key, rewrite(value)]));
}

/** Config strings are HCL templates but for `%{`, which means nothing in them. */
function rewrite(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll("%{", "%%{");
  if (Array.isArray(value)) return value.map(rewrite);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [escapeKey(names[key] ?? key), rewrite(each)]));
}

function escapeKey(key: string): string {
  return key.replaceAll("${", () => "$${").replaceAll("%{", "%%{");
}

function escapeDeep(value: unknown): unknown {
  if (typeof value === "string") return escapeKey(value);
  if (Array.isArray(value)) return value.map(escapeDeep);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, escapeDeep(each)]));
}
