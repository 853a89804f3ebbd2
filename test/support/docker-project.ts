import type { DockerEngine } from "./docker-engine.ts";
import { cleanEnv } from "./env.ts";
import { addToMount, baseStage } from "./mount-project.ts";
import type { S3Server } from "./s3-server.ts";
import { makeWorkspace, type Workspace } from "./workspace.ts";

export interface DockerProjectOptions {
  /** Folder with busybox. */
  readonly busybox: string;
  /** In the bucket "cache". */
  readonly prefix: string;
  /** `builder` of the config. */
  readonly builder?: unknown;
  /** Further keys of the target. */
  readonly target?: Readonly<Record<string, unknown>>;
  readonly dockerfile?: string;
}

/** A project with its layers and its one mount in a bucket; each source adds a file to the mount. */
export function makeDockerProject(options: DockerProjectOptions): Workspace {
  const { busybox, prefix, builder, target, dockerfile = baseStage + addToMount("id=shop-data") } = options;
  const config = {
    project: "shop",
    ...(builder !== undefined && { builder }),
    backends: { remote: { type: "s3", bucket: "cache", prefix, insecure: true } },
    cache: { read: ["remote"], write: ["remote"], mounts: "remote" },
    mounts: { data: { target: "/data" } },
    targets: { app: { contexts: { busybox }, ...target } },
  };
  return makeWorkspace({ "bkcache.config.json": JSON.stringify(config), Dockerfile: dockerfile, "src/a.txt": "one" });
}

/** The environment of a run on an engine, which may write. */
export function dockerEnvironment(
  engine: Pick<DockerEngine, "env">,
  s3: Pick<S3Server, "env">,
  extra: Readonly<Record<string, string | undefined>> = {},
): Record<string, string> {
  return cleanEnv({ ...engine.env, ...s3.env, BKCACHE: "read-write", BKCACHE_HELPER: "/bin/busybox", ...extra });
}
