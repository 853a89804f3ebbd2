/** Placeholder until the generator writes this file from schemas/bkcache.schema.json. */
export type Scalar = string | number | boolean | null;
export type Level = "error" | "warn" | "off";

/** A string with `${NAME}` references; see CONFIG "Strings, variables, matrix". */
export type Template = string;

export interface Config {
  $schema?: string;
  project?: string;
  extends?: string | string[];
  bake?: string | string[];
  variables?: Record<string, string | number | boolean | VariableDefinition>;
  backends?: Record<string, Backend>;
  cache?: CachePolicy;
  mounts?: Record<string, string | MountDefinition>;
  defaults?: TargetAttributes;
  targets?: Record<string, Target>;
  groups?: Record<string, string[] | { targets: string[]; description?: string }>;
  external?: string[];
  builder?: string | BuilderDefinition;
  rules?: Record<string, Level>;
}

export interface VariableDefinition {
  type?: string; // a bake type expression: "string", "list(string)", ...
  default?: Scalar | unknown[] | Record<string, unknown>;
  description?: string;
  validation?: Validation | Validation[];
}
export interface Validation {
  condition: string; // raw HCL
  errorMessage?: string;
}

export type Backend =
  | LocalBackend | S3Backend | GcsBackend | RegistryBackend | GhaBackend | AzblobBackend | InlineBackend;

interface ImageExportAttributes {
  imageManifest?: boolean;
  ociMediatypes?: boolean;
  compression?: "uncompressed" | "gzip" | "estargz" | "zstd";
  compressionLevel?: number;
  forceCompression?: boolean;
}
export interface LocalBackend extends ImageExportAttributes {
  type: "local";
  path: Template;
  tag?: Template;
  reset?: boolean;
}
export interface S3Backend {
  type: "s3";
  url?: Template; // s3://bucket/prefix/ instead of bucket and prefix
  bucket?: Template;
  prefix?: Template;
  region?: Template;
  profile?: "aws" | "r2" | "minio" | "ceph" | "gcs"; // endpoint profile
  endpointUrl?: Template;
  usePathStyle?: boolean;
  insecure?: boolean; // allows a plain-http endpoint
  blobsPrefix?: Template;
  manifestsPrefix?: Template;
  touchRefresh?: string; // Go duration
  uploadParallelism?: number;
  retryMode?: "standard" | "adaptive";
  retryMaxAttempts?: number;
  disableAcceptEncoding?: boolean;
}
export interface GcsBackend {
  type: "gcs";
  url?: Template; // gcs://bucket/prefix/ or gs://
  bucket?: Template;
  prefix?: Template;
  endpointUrl?: Template; // default https://storage.googleapis.com
  insecure?: boolean;
  blobsPrefix?: Template;
  manifestsPrefix?: Template;
  touchRefresh?: string;
  uploadParallelism?: number;
  retryMode?: "standard" | "adaptive";
  retryMaxAttempts?: number;
}
export interface RegistryBackend extends ImageExportAttributes {
  type: "registry";
  ref: Template; // repository without tag; the cache name becomes the tag
  insecure?: boolean;
}
export interface GhaBackend {
  type: "gha";
  scope?: Template; // prefix of the cache name; default none
  timeout?: string;
  version?: 1 | 2;
  url?: Template;
  urlV2?: Template;
  repository?: Template;
}
export interface AzblobBackend {
  type: "azblob";
  accountUrl: Template;
  accountName?: Template;
  container?: Template;
  prefix?: Template;
  blobsPrefix?: Template;
  manifestsPrefix?: Template;
}
export interface InlineBackend {
  type: "inline";
  ref?: Template; // image to import from; without it the entry only writes
}

export interface CachePolicy {
  read?: string[];
  write?: string[];
  scope?: string;
  mode?: "min" | "max";
  ignoreError?: boolean;
  committed?: "off" | "read" | "read-write";
  mounts?: string | false;
  mountBudget?: { restore?: string; save?: string };
}

export interface MountDefinition {
  preset?: string;
  id?: string;
  target?: string;
  sharing?: "shared" | "private" | "locked";
  uid?: number;
  gid?: number;
  mode?: string; // "0755"
  perArch?: boolean;
  env?: Record<string, string>;
  key?: string[];
  maxSize?: string; // "4GiB"
  persist?: boolean;
}

/** An option list entry as bake takes it: CSV string or object. */
export type OptionEntry = Template | ({ type: string } & Record<string, Template | boolean | number>);

export interface TargetAttributes {
  annotations?: Template[];
  args?: Record<string, Template | null>;
  attest?: OptionEntry[];
  call?: Template;
  context?: Template;
  contexts?: Record<string, Template>;
  description?: Template;
  dockerfile?: Template;
  dockerfileInline?: Template;
  entitlements?: Template[];
  extraHosts?: Record<string, Template>;
  labels?: Record<string, Template | null>;
  network?: Template;
  noCache?: boolean | Template; // a Template here is exactly "${NAME}"
  noCacheFilter?: Template[] | Template;
  output?: OptionEntry[] | Template;
  platforms?: Template[] | Template;
  policy?: (Template | PolicyEntry)[];
  pull?: boolean | Template;
  resources?: Resources;
  secret?: (Template | SecretEntry)[];
  shmSize?: Template;
  ssh?: (Template | SshEntry)[];
  tags?: Template[] | Template;
  target?: Template;
  ulimits?: Template[] | Template;
  cacheFrom?: OptionEntry[] | false;
  cacheTo?: OptionEntry[] | false;
  cache?: CachePolicy | false;
  mounts?: string[];
}
export interface SecretEntry { id: Template; src?: Template; env?: Template }
export interface SshEntry { id: Template; paths?: Template[] }
export interface PolicyEntry {
  filename?: Template;
  reset?: boolean;
  disabled?: boolean;
  strict?: boolean;
  logLevel?: Template;
}
export interface Resources {
  memory?: Template;
  memorySwap?: Template;
  cpuShares?: Template;
  cpuPeriod?: Template;
  cpuQuota?: Template;
  cpusetCpus?: Template;
  cpusetMems?: Template;
}
export interface Target extends TargetAttributes {
  inherits?: string[];
  matrix?: Record<string, (string | Record<string, string>)[]>;
  name?: Template; // only with matrix, only axes
}

export interface BuilderDefinition {
  name?: string; // an existing buildx builder
  driver?: "docker" | "docker-container" | "kubernetes" | "remote" | "cloud";
  endpoint?: string;
  options?: Record<string, string | number | boolean>; // --driver-opt
  platforms?: string[];
  buildkitdFlags?: string;
  buildkitdConfig?: string; // path of buildkitd.toml
  tls?: { ca?: string; cert?: string; key?: string; serverName?: string };
}
