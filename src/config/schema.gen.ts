/** Written by test/scripts/codegen.mjs from schemas/bkcache.schema.json; change that file and run `npm run codegen`. */

/**
 * Config of bkcache: build targets, cache mounts and cache backends of one project.
 */
export interface Config {
  /**
   * Where an editor finds this schema. bkcache ignores it.
   */
  $schema?: string;
  /**
   * Prefix of mount ids and cache names. The name of the config's folder without it.
   */
  project?: ProjectName;
  /**
   * Configs merged underneath, by path or package. Maps are merged key by key, lists and scalars are replaced; a later entry wins over an earlier one, this file over all.
   */
  extends?: string | string[];
  /**
   * Bake or compose files of your own that stay the source, in the order in which bake merges them: their targets join `targets`, which may add cache and mounts to them. Relative to the config's folder, where bake runs.
   */
  bake?: string | string[];
  /**
   * Variables of the bake file, by name: the default value, or an object that says more. The environment overrides them at bake time.
   */
  variables?: {
    [k: string]: string | number | boolean | VariableDefinition;
  };
  /**
   * Places for cache, by name.
   */
  backends?: {
    [k: string]: Backend;
  };
  /**
   * Cache policy of all targets.
   */
  cache?: CachePolicy;
  /**
   * Levels of trust, by name, from where a build runs: each has a place of its own in every backend, reads the levels that it names, and is read by none that does not name it.
   */
  trust?: {
    [k: string]: TrustLevel;
  };
  /**
   * What `bkcache prune` keeps, and `layers prune` and `mounts prune` where no rule is given.
   */
  retention?: Retention;
  /**
   * Cache mounts, by name: the name of a preset, or an object.
   */
  mounts?: {
    [k: string]: Preset | MountDefinition;
  };
  /**
   * Attributes for every target that neither sets nor inherits them.
   */
  defaults?: TargetAttributes;
  /**
   * Build targets, by name.
   */
  targets?: {
    [k: string]: Target;
  };
  /**
   * Groups of targets, by name. Without the key: a group `default` of all targets that do not begin with `_`.
   */
  groups?: {
    [k: string]: string[] | GroupDefinition;
  };
  /**
   * Names of targets that another bake file defines, such as the ones of docker/metadata-action.
   */
  external?: Name[];
  /**
   * The buildx builder: the name of an existing one, or what to make one from.
   */
  builder?: string | BuilderDefinition;
  /**
   * Level of findings, by code.
   */
  rules?: {
    [k: string]: Level;
  };
}

/**
 * How a finding is treated.
 */
export type Level = "error" | "warn" | "off";

/**
 * A string that may hold `${NAME}` references; `$${` writes a literal `${`.
 */
export type Template = string;

/**
 * Exactly one reference to a variable, which holds the whole value.
 */
export type VariableReference = string;

/**
 * Name of a target, group, backend or mount: letters, digits, `_` and `-`.
 */
export type Name = string;

/**
 * Name of a variable: letters, digits and `_`, not beginning with a digit.
 */
export type VariableName = string;

/**
 * Small letters, digits and `-`.
 */
export type ProjectName = string;

/**
 * A duration as Go writes it.
 */
export type Duration = string;

/**
 * A duration as Go writes it, or in days.
 */
export type Age = string;

/**
 * A number of bytes with a unit: B, KB, MB, GB, TB (powers of 1000) or KiB, MiB, GiB, TiB (powers of 1024).
 */
export type Size = string;

/**
 * A mount whose folder, environment and sharing bkcache knows.
 */
export type Preset =
  | "go-mod"
  | "go-build"
  | "npm"
  | "pnpm"
  | "yarn-classic"
  | "yarn-berry"
  | "bun"
  | "turbo"
  | "nx"
  | "next"
  | "deno"
  | "pip"
  | "uv"
  | "poetry"
  | "pdm"
  | "pipenv"
  | "conda"
  | "cargo-registry"
  | "cargo-git"
  | "cargo-target"
  | "apt"
  | "apt-lists"
  | "apk"
  | "dnf"
  | "dnf5"
  | "maven"
  | "gradle"
  | "sbt"
  | "nuget"
  | "composer"
  | "bundler"
  | "gem"
  | "hex"
  | "ccache"
  | "sccache"
  | "conan"
  | "vcpkg";

/**
 * A variable with its type and checks.
 */
export interface VariableDefinition {
  /**
   * Type expression of bake: string, number, bool, any, list(T), set(T), map(T), tuple([...]) or object({...}).
   */
  type?: string;
  /**
   * Value where the environment gives none.
   */
  default?:
    | string
    | number
    | boolean
    | null
    | unknown[]
    | {
        [k: string]: unknown;
      };
  /**
   * Shown by `docker buildx bake --list=variables`.
   */
  description?: string;
  /**
   * Checks of the value at bake time.
   */
  validation?: Validation | Validation[];
}

/**
 * One check of a variable.
 */
export interface Validation {
  /**
   * An HCL expression that must be true. The one raw expression of the config.
   */
  condition: string;
  /**
   * What bake says when it is not.
   */
  errorMessage?: string;
}

/**
 * A place for cache.
 */
export type Backend =
  LocalBackend | S3Backend | GcsBackend | RegistryBackend | GhaBackend | AzblobBackend | InlineBackend;

/**
 * A folder on this machine, with one folder per cache name in it.
 */
export interface LocalBackend {
  /**
   * A folder on this machine.
   */
  type: "local";
  /**
   * The folder, relative to the config's folder; `~/` is the home folder.
   */
  path: Template;
  /**
   * Tag of the manifest in the folder's index. BuildKit's default is `latest`.
   */
  tag?: Template;
  /**
   * Digest of the one manifest to import; the newest under `tag` without it.
   */
  digest?: Template;
  /**
   * Delete blobs that the new manifest does not use, so that the folder does not grow for ever. Needs BuildKit 0.31.
   */
  reset?: boolean;
  /**
   * Write an OCI image manifest instead of the old manifest list, which some registries refuse. BuildKit's default is true.
   */
  imageManifest?: boolean;
  /**
   * Use OCI media types. BuildKit's default is true.
   */
  ociMediatypes?: boolean;
  /**
   * Compression of the layers. Layers that exist with another one are kept unless `forceCompression` is set.
   */
  compression?: "uncompressed" | "gzip" | "estargz" | "zstd";
  /**
   * Level of the compression: gzip and estargz 0 to 9, zstd 0 to 22.
   */
  compressionLevel?: number;
  /**
   * Compress layers again that exist with another compression.
   */
  forceCompression?: boolean;
}

/**
 * A bucket of Amazon S3 or of a store that speaks its protocol. Credentials come from the environment, never from here.
 */
export interface S3Backend {
  /**
   * A bucket of S3 or alike.
   */
  type: "s3";
  /**
   * Bucket and prefix in one: `s3://bucket/prefix/`. Not together with `bucket` or `prefix`.
   */
  url?: Template;
  /**
   * Name of the bucket. Needed unless `url` is given.
   */
  bucket?: Template;
  /**
   * Put before every key. A `/` is added at the end where it lacks one, since BuildKit adds none.
   */
  prefix?: Template;
  /**
   * Region of the bucket. AWS_REGION without it.
   */
  region?: Template;
  /**
   * Whose store it is; sets the endpoint, path style and region where that store needs them.
   */
  profile?: "aws" | "gcs" | "r2" | "minio" | "ceph";
  /**
   * Base URL of a store that is not Amazon's.
   */
  endpointUrl?: Template;
  /**
   * Put the bucket into the path instead of the host name. Only effective with `endpointUrl`.
   */
  usePathStyle?: boolean;
  /**
   * Allow an endpoint over plain http.
   */
  insecure?: boolean;
  /**
   * Whether layers go through bkcache's relay, so that the builder gets no credentials of the bucket. `auto`: where there is a tier, or where BuildKit cannot speak to the store itself, does not reach it or does not trust its certificate; else directly, which is faster.
   */
  relay?: "auto" | "always" | "off";
  /**
   * A folder on this machine in front of the bucket: layers that it has are not fetched again. Reads fill it, writes go to both.
   */
  tier?: Tier;
  /**
   * Prefix of the layers, after `prefix`. BuildKit's default is `blobs/`.
   */
  blobsPrefix?: Template;
  /**
   * Prefix of the manifests, after `prefix`. BuildKit's default is `manifests/`.
   */
  manifestsPrefix?: Template;
  /**
   * Age after which an export touches a layer that still exists, so that a lifecycle rule keeps it. BuildKit's default is 24h.
   */
  touchRefresh?: Duration;
  /**
   * Compression of the layers, of BuildKit 0.34.2: an older one may write gzip all the same. Layers that exist with another one are kept unless `forceCompression` is set. An image that a later build makes of them has them as they are.
   */
  compression?: "uncompressed" | "gzip" | "estargz" | "zstd";
  /**
   * Level of the compression: gzip and estargz 0 to 9, zstd 0 to 22.
   */
  compressionLevel?: number;
  /**
   * Compress layers again that exist with another compression.
   */
  forceCompression?: boolean;
  /**
   * How many layers are uploaded at once. BuildKit's default is 4.
   */
  uploadParallelism?: number;
  /**
   * How requests are retried. Needs BuildKit 0.30.
   */
  retryMode?: "standard" | "adaptive";
  /**
   * How often a request is tried. Needs BuildKit 0.30.
   */
  retryMaxAttempts?: number;
  /**
   * Leave Accept-Encoding out of signatures, which Google's store needs. Needs BuildKit 0.30.
   */
  disableAcceptEncoding?: boolean;
}

/**
 * A bucket of Google Cloud Storage, with application default credentials (a key file, workload identity, gcloud's own or the machine's) or HMAC keys. BuildKit has no such cache of its own: bkcache's relay stands between the two.
 */
export interface GcsBackend {
  /**
   * A bucket of Google Cloud Storage.
   */
  type: "gcs";
  /**
   * Bucket and prefix in one: `gcs://bucket/prefix/`. Not together with `bucket` or `prefix`.
   */
  url?: Template;
  /**
   * Name of the bucket. Needed unless `url` is given.
   */
  bucket?: Template;
  /**
   * Put before every key. A `/` is added at the end where it lacks one, since BuildKit adds none.
   */
  prefix?: Template;
  /**
   * `hmac`: with the HMAC keys of GCS_HMAC_ACCESS_ID and GCS_HMAC_SECRET alone, by which BuildKit itself speaks to the bucket in S3's protocol; the committed file then has the cache too. Needs BuildKit 0.30.
   */
  auth?: "hmac";
  /**
   * Base URL; https://storage.googleapis.com without it.
   */
  endpointUrl?: Template;
  /**
   * Allow an endpoint over plain http.
   */
  insecure?: boolean;
  /**
   * Whether layers go through bkcache's relay, which holds the credentials. `auto`: unless HMAC keys are all that there is, or `auth` says so. `off`: with HMAC keys alone.
   */
  relay?: "auto" | "always" | "off";
  /**
   * A folder on this machine in front of the bucket: layers that it has are not fetched again. Reads fill it, writes go to both.
   */
  tier?: Tier;
  /**
   * Prefix of the layers, after `prefix`. BuildKit's default is `blobs/`.
   */
  blobsPrefix?: Template;
  /**
   * Prefix of the manifests, after `prefix`. BuildKit's default is `manifests/`.
   */
  manifestsPrefix?: Template;
  /**
   * Age after which an export touches a layer that still exists, so that a lifecycle rule keeps it. BuildKit's default is 24h.
   */
  touchRefresh?: Duration;
  /**
   * Compression of the layers, of BuildKit 0.34.2: an older one may write gzip all the same. Layers that exist with another one are kept unless `forceCompression` is set. An image that a later build makes of them has them as they are.
   */
  compression?: "uncompressed" | "gzip" | "estargz" | "zstd";
  /**
   * Level of the compression: gzip and estargz 0 to 9, zstd 0 to 22.
   */
  compressionLevel?: number;
  /**
   * Compress layers again that exist with another compression.
   */
  forceCompression?: boolean;
  /**
   * How many layers are uploaded at once. BuildKit's default is 4.
   */
  uploadParallelism?: number;
  /**
   * How requests are retried. Needs BuildKit 0.30.
   */
  retryMode?: "standard" | "adaptive";
  /**
   * How often a request is tried. Needs BuildKit 0.30.
   */
  retryMaxAttempts?: number;
}

/**
 * A repository of an image registry. Credentials come from docker's own config.
 */
export interface RegistryBackend {
  /**
   * A repository of a registry.
   */
  type: "registry";
  /**
   * The repository without a tag: the cache name becomes the tag.
   */
  ref: Template;
  /**
   * Allow plain http and unverified TLS for this registry.
   */
  insecure?: boolean;
  /**
   * Write an OCI image manifest instead of the old manifest list, which some registries refuse. BuildKit's default is true.
   */
  imageManifest?: boolean;
  /**
   * Use OCI media types. BuildKit's default is true.
   */
  ociMediatypes?: boolean;
  /**
   * Compression of the layers. Layers that exist with another one are kept unless `forceCompression` is set.
   */
  compression?: "uncompressed" | "gzip" | "estargz" | "zstd";
  /**
   * Level of the compression: gzip and estargz 0 to 9, zstd 0 to 22.
   */
  compressionLevel?: number;
  /**
   * Compress layers again that exist with another compression.
   */
  forceCompression?: boolean;
}

/**
 * The cache service of GitHub Actions. Its token comes from the job's environment.
 */
export interface GhaBackend {
  /**
   * The cache service of GitHub Actions.
   */
  type: "gha";
  /**
   * Put before the cache name.
   */
  scope?: Template;
  /**
   * How long an import or export may take. BuildKit's default is 10m.
   */
  timeout?: Duration;
  /**
   * Version of the cache service.
   */
  version?: 1 | 2;
  /**
   * URL of the service, version 1. From the job's environment without it.
   */
  url?: Template;
  /**
   * URL of the service, version 2. From the job's environment without it.
   */
  urlV2?: Template;
  /**
   * Repository whose cache keys are listed first, so that layers need no look-up each.
   */
  repository?: Template;
}

/**
 * A container of Azure Blob Storage. Credentials come from the daemon's environment.
 */
export interface AzblobBackend {
  /**
   * A container of Azure Blob Storage.
   */
  type: "azblob";
  /**
   * URL of the storage account.
   */
  accountUrl: Template;
  /**
   * Name of the account; the first label of the URL's host without it.
   */
  accountName?: Template;
  /**
   * Name of the container. BuildKit's default is `buildkit-cache`.
   */
  container?: Template;
  /**
   * Put before every key.
   */
  prefix?: Template;
  /**
   * Prefix of the layers, after `prefix`. BuildKit's default is `blobs`.
   */
  blobsPrefix?: Template;
  /**
   * Prefix of the manifests, after `prefix`. BuildKit's default is `manifests`.
   */
  manifestsPrefix?: Template;
}

/**
 * Cache inside the image itself; always mode min.
 */
export interface InlineBackend {
  /**
   * Cache inside the image.
   */
  type: "inline";
  /**
   * Image to import from. Without it nothing is read.
   */
  ref?: Template;
}

/**
 * A folder that holds layers of a bucket on this machine.
 */
export interface Tier {
  /**
   * The folder, relative to the config's folder; `~/` is the home folder. It must not lie in a build context.
   */
  path: Template;
  /**
   * Most that it holds; what was used least lately goes first.
   */
  maxSize: Size;
}

/**
 * Which backends are read and written, and how.
 */
export interface CachePolicy {
  /**
   * Names of backends in order of preference: the first that has the scope is the one source.
   */
  read?: string[];
  /**
   * Names of backends that a build writes to.
   */
  write?: string[];
  /**
   * The name under which cache is written and read, a literal. Without it, that of the branch.
   */
  scope?: string;
  /**
   * How scopes follow from what is built, where `scope` names none. At the top only.
   */
  scopes?: ScopeRules;
  /**
   * Part of the names of all caches, layers and mounts: another number starts all of them anew. At the top only.
   */
  epoch?: number;
  /**
   * What is exported: max is every step, min only those of the result.
   */
  mode?: "min" | "max";
  /**
   * A failed export does not fail the build.
   */
  ignoreError?: boolean;
  /**
   * What the committed bake file does by itself under plain `docker buildx bake`.
   */
  committed?: "off" | "read" | "read-write";
  /**
   * Name of the backend that holds the contents of mounts (local, s3 or gcs); false for none. The last of `write` that can without it.
   */
  mounts?: string | false;
  /**
   * How long the contents of mounts may be moved; past it is a miss.
   */
  mountBudget?: MountBudget;
}

/**
 * Name of a level of trust, a part of keys and paths: a-z, 0-9 and -, at most 32.
 */
export type LevelName = string;

/**
 * One level of trust.
 */
export interface TrustLevel {
  /**
   * Where builds are of this level: `default-branch`, `branch:PATTERN` (`*` is any text without a slash, `**` any), `change-request`, `fork` (a change request from another repository), `tag`, `merge-queue`, `local` (not CI). One or several.
   */
  when: string | string[];
  /**
   * Other levels that it reads, in order of preference.
   */
  reads?: string[];
  /**
   * What its builds may do with the cache at most.
   */
  cache?: "off" | "read" | "read-write";
}

/**
 * How scopes follow from what is built.
 */
export interface ScopeRules {
  /**
   * The default branch, where neither the CI service nor git says it. Its scope is `main`.
   */
  defaultBranch?: string;
  /**
   * Scopes to look for after the one that is written, in place of those of base and default branch.
   */
  read?: string[];
  /**
   * What pull and merge requests do: read the scope of their base, or write a scope of their own too.
   */
  requests?: "read" | "own";
}

/**
 * What stays of caches. Each goes where any rule says so.
 */
export interface Retention {
  /**
   * What was not written for so long goes. Of layers 30d where there is no rule.
   */
  keepWithin?: Age;
  /**
   * How many of the youngest stay: of each target that many scopes besides the default one, of each mount in each scope that many snapshots. Of mounts 3 where there is no rule.
   */
  keepLast?: number;
  /**
   * The oldest go until the others fit, layers and mounts each by themselves, in each backend.
   */
  maxSize?: Size;
  /**
   * How long a layer or pack must be unused before it goes: longer than any build takes.
   */
  grace?: Age;
  /**
   * Rules for layers in place of those above, key by key; false leaves them alone.
   */
  layers?: RetentionRules | false;
  /**
   * Rules for the contents of mounts in place of those above, key by key; false leaves them alone.
   */
  mounts?: RetentionRules | false;
}

/**
 * Rules for layers or mounts alone.
 */
export interface RetentionRules {
  /**
   * What was not written for so long goes.
   */
  keepWithin?: Age;
  /**
   * How many of the youngest stay: of each target that many scopes besides the default one, of each mount in each scope that many snapshots.
   */
  keepLast?: number;
  /**
   * The oldest go until the others fit, layers and mounts each by themselves, in each backend.
   */
  maxSize?: Size;
}

/**
 * Time bounds for moving the contents of mounts.
 */
export interface MountBudget {
  /**
   * Bound before the build.
   */
  restore?: Duration;
  /**
   * Bound after the build.
   */
  save?: Duration;
  /**
   * The same for a mount of which nothing is stored yet, which is paid once. In CI 10m, or `save` where that is more; else `save`.
   */
  first?: Duration;
}

/**
 * A cache mount.
 */
export interface MountDefinition {
  /**
   * Preset that gives what is not said here.
   */
  preset?: Preset;
  /**
   * Id in the builder, where mounts of all projects live. `<project>-<name>` without it.
   */
  id?: string;
  /**
   * Folder in the container, absolute. Needed without a preset.
   */
  target?: string;
  /**
   * What builds that run at the same time do with it: shared, private (one each) or locked (one after the other).
   */
  sharing?: "shared" | "private" | "locked";
  /**
   * Owner of the folder.
   */
  uid?: number;
  /**
   * Group of the folder.
   */
  gid?: number;
  /**
   * Mode of the folder: four octal digits in a string.
   */
  mode?: string;
  /**
   * One mount for each architecture. True by default for content that depends on it when the target has several platforms.
   */
  perArch?: boolean;
  /**
   * Variables that the tool needs to use the folder; lines of the snippet's ENV.
   */
  env?: {
    [k: string]: string;
  };
  /**
   * Files of the repository whose hash names the snapshot, from the folder of the config on. The newest snapshot of the scope without it.
   */
  key?: string[];
  /**
   * Size past which the contents are not saved.
   */
  maxSize?: Size;
  /**
   * Carry the contents to the backend.
   */
  persist?: boolean;
}

/**
 * An entry as `type=...,key=value` or as an object; keys as BuildKit spells them.
 */
export type OptionEntry = Template | OptionObject;

/**
 * An entry as an object; keys as BuildKit spells them.
 */
export interface OptionObject {
  /**
   * Kind of the entry.
   */
  type: string;
  [k: string]: string | number | boolean;
}

/**
 * Attributes of a bake target, in camelCase, with its cache policy and mounts.
 */
export interface TargetAttributes {
  /**
   * OCI annotations, each as `[level[platform]:]key=value`.
   */
  annotations?: Template[] | VariableReference;
  /**
   * Build arguments. null leaves an argument that is set farther away unset here. A number must be written as a string, so that its text is kept.
   */
  args?: {
    [k: string]: Template | null;
  };
  /**
   * Attestations, as CSV or as objects.
   */
  attest?: OptionEntry[];
  /**
   * What the frontend does instead of a build: build, check, outline or targets.
   */
  call?: Template;
  /**
   * Folder or URL of the build context, relative to the folder of the config. `.` without it.
   */
  context?: Template;
  /**
   * Named contexts: a folder, a URL, `docker-image://`, `oci-layout://`, or `target:NAME` for the result of another target.
   */
  contexts?: {
    [k: string]: Template;
  };
  /**
   * Shown by `docker buildx bake --list`.
   */
  description?: Template;
  /**
   * Path of the Dockerfile, relative to `context`. `Dockerfile` without it.
   */
  dockerfile?: Template;
  /**
   * Text of the Dockerfile; wins over `dockerfile`. A shell variable in it is written `$${NAME}`.
   */
  dockerfileInline?: Template;
  /**
   * Privileges that the build asks for.
   */
  entitlements?: Template[] | VariableReference;
  /**
   * Host names added in the build container, with their address.
   */
  extraHosts?: {
    [k: string]: Template;
  };
  /**
   * Image labels. null leaves a label that is set farther away unset here.
   */
  labels?: {
    [k: string]: Template | null;
  };
  /**
   * Network of RUN steps: default, host or none. `host` adds the entitlement `network.host`.
   */
  network?: Template;
  /**
   * Build all without cache. It also empties the cache mounts that the build uses.
   */
  noCache?: boolean | VariableReference;
  /**
   * Stages that are built without cache.
   */
  noCacheFilter?: Template[] | VariableReference;
  /**
   * Where the result goes, as CSV or as objects. Without it, it stays in the builder's cache.
   */
  output?: OptionEntry[] | VariableReference;
  /**
   * Platforms to build for.
   */
  platforms?: Template[] | VariableReference;
  /**
   * Source policies: a file name or an object.
   */
  policy?: (Template | PolicyEntry)[];
  /**
   * Always ask the registry for newer base images.
   */
  pull?: boolean | VariableReference;
  /**
   * Limits of the build containers.
   */
  resources?: Resources;
  /**
   * Build secrets, as CSV or as objects. Values never stand here.
   */
  secret?: (Template | SecretEntry)[];
  /**
   * Size of /dev/shm in RUN steps.
   */
  shmSize?: Template;
  /**
   * SSH agents or keys, as `id=path` or as objects.
   */
  ssh?: (Template | SshEntry)[];
  /**
   * Image names.
   */
  tags?: Template[] | VariableReference;
  /**
   * Stage of the Dockerfile to build. The last one without it.
   */
  target?: Template;
  /**
   * Limits of processes in RUN steps, as `name=soft[:hard]`.
   */
  ulimits?: Template[] | VariableReference;
  /**
   * Raw cache imports; they replace the cache policy for reading and pass through unchanged. false turns reading off.
   */
  cacheFrom?: OptionEntry[] | false;
  /**
   * Raw cache exports; they replace the cache policy for writing and pass through unchanged. false turns writing off.
   */
  cacheTo?: OptionEntry[] | false;
  /**
   * Cache policy of this target, key by key over the one at the top. false turns the cache off.
   */
  cache?: CachePolicy | false;
  /**
   * Names of the declared mounts that are carried for the target; replaces an inherited list. Without it: all that the Dockerfile's reached stages use.
   */
  mounts?: string[];
}

/**
 * A build target.
 */
export type Target = TargetAttributes & {
  /**
   * Targets whose attributes this one takes over; a later one wins over an earlier one.
   */
  inherits?: string[];
  /**
   * Axes: the target is made once for each combination of their values, which are strings or flat maps.
   */
  matrix?: {
    [k: string]: (
      | string
      | {
          [k: string]: string;
        }
    )[];
  };
  /**
   * Name of each target of the matrix, from its axes. `<target>-<values>` without it.
   */
  name?: Template;
};

/**
 * A group with a description.
 */
export interface GroupDefinition {
  /**
   * Members: targets or other groups.
   */
  targets: string[];
  /**
   * Shown by `docker buildx bake --list`.
   */
  description?: string;
}

/**
 * A build secret: from a file or from a variable of the environment.
 */
export interface SecretEntry {
  /**
   * Name under which the Dockerfile asks for it.
   */
  id: Template;
  /**
   * File that holds it.
   */
  src?: Template;
  /**
   * Variable of the environment that holds it.
   */
  env?: Template;
}

/**
 * An SSH agent or its keys.
 */
export interface SshEntry {
  /**
   * Name under which the Dockerfile asks for it.
   */
  id: Template;
  /**
   * Agent sockets or key files. The running agent without it.
   */
  paths?: Template[];
}

/**
 * A source policy.
 */
export interface PolicyEntry {
  /**
   * Policy file.
   */
  filename?: Template;
  /**
   * Drop the policies that come before.
   */
  reset?: boolean;
  /**
   * Use no policy.
   */
  disabled?: boolean;
  /**
   * Fail where a policy cannot be evaluated.
   */
  strict?: boolean;
  /**
   * Log level of the evaluation.
   */
  logLevel?: Template;
}

/**
 * Limits of the build containers. Needs buildx 0.35.
 */
export interface Resources {
  /**
   * Memory.
   */
  memory?: Template;
  /**
   * Memory and swap; -1 for no bound.
   */
  memorySwap?: Template;
  /**
   * Relative weight of CPU time.
   */
  cpuShares?: Template;
  /**
   * Period of the scheduler in microseconds.
   */
  cpuPeriod?: Template;
  /**
   * CPU time in each period in microseconds.
   */
  cpuQuota?: Template;
  /**
   * CPUs to run on.
   */
  cpusetCpus?: Template;
  /**
   * Memory nodes to use.
   */
  cpusetMems?: Template;
}

/**
 * A builder that bkcache makes and reuses, or an existing one by name.
 */
export interface BuilderDefinition {
  /**
   * Name of an existing buildx builder.
   */
  name?: string;
  /**
   * Driver of buildx.
   */
  driver?: "docker" | "docker-container" | "kubernetes" | "remote" | "cloud";
  /**
   * Where BuildKit is: unix://, tcp://, ssh://, docker-container:// or kube-pod://.
   */
  endpoint?: string;
  /**
   * Options of the driver, as `--driver-opt` takes them.
   */
  options?: {
    [k: string]: string | number | boolean;
  };
  /**
   * Platforms that the builder is asked for.
   */
  platforms?: string[];
  /**
   * Flags of the daemon.
   */
  buildkitdFlags?: string;
  /**
   * Path of a buildkitd.toml.
   */
  buildkitdConfig?: string;
  /**
   * Files for a TLS connection.
   */
  tls?: BuilderTls;
}

/**
 * Files for a TLS connection to the builder.
 */
export interface BuilderTls {
  /**
   * Certificate of the authority.
   */
  ca?: string;
  /**
   * Client certificate; with `key`.
   */
  cert?: string;
  /**
   * Key of the client certificate; with `cert`.
   */
  key?: string;
  /**
   * Name in the server's certificate, where it is not the endpoint's host.
   */
  serverName?: string;
}
