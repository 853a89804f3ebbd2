/** A cache mount that is the same in most projects. */
export interface MountPreset {
  readonly target: string;
  readonly sharing: "shared" | "private" | "locked";
  /** True where files of one architecture are of no use to another. */
  readonly archDependent: boolean;
  /** Names of the variables that point the tool at the folder. */
  readonly env: readonly string[];
  /** Where the tool's own documentation says so. */
  readonly source: string;
}

/** All three tools lock or rename while they write, so that builds may share the folder. */
export const presets = {
  "go-mod": {
    target: "/go/pkg/mod",
    sharing: "shared",
    archDependent: false,
    env: ["GOMODCACHE"],
    source: "https://go.dev/ref/mod#module-cache",
  },
  "go-build": {
    target: "/root/.cache/go-build",
    sharing: "shared",
    archDependent: true,
    env: ["GOCACHE"],
    source: "https://pkg.go.dev/cmd/go#hdr-Build_and_test_caching",
  },
  npm: {
    target: "/root/.npm",
    sharing: "shared",
    archDependent: false,
    env: ["npm_config_cache"],
    source: "https://docs.npmjs.com/cli/using-npm/config#cache",
  },
} as const satisfies Record<string, MountPreset>;
