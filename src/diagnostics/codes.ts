import { exitCodes } from "./exit-codes.ts";

export interface CodeFacts {
  readonly title: string;
  /** What the code means and what to do, in one or two sentences; the docs page prints it. */
  readonly help: string;
  /** Set where `rules:` may change the level; the value is the level without a rule. */
  readonly level?: "error" | "warn";
  /** Exit code of a command that ends with it, where that is another than the one of its thousand. */
  readonly exit?: number;
  /** About one cache mount, which is as it should be all the same: no failure of the cache. */
  readonly isNotice?: true;
  /** A failure of the store that no second try in the same run would mend. */
  readonly isLasting?: true;
  /** About credentials, of which BuildKit and bkcache may have different ones. */
  readonly isOfCredentials?: true;
  /** About objects of the store that are not what was written: the next save replaces them. */
  readonly isDamage?: true;
}

/**
 * Every code that bkcache can print. `BK1xxx` usage, `2xxx` config, `3xxx` emit and write,
 * `4xxx` buildx and BuildKit, `5xxx` store, `6xxx` Dockerfile lint, `9xxx` internal. A code is never given a new meaning.
 */
export const codes = {
  // --- 1xxx usage
  BK1001: {
    title: "unknown command or flag",
    help: "Run `bkcache --help`, or `bkcache COMMAND --help`, for what exists.",
  },
  BK1002: { title: "bad value of a flag", help: "The message names the flag and the values that it takes." },
  BK1003: {
    title: "cache entries set on the command line",
    help: "bkcache chooses cache-from and cache-to itself, one entry per target. Where the entries are your own, those of bake files for which the config has no policy, bake takes the flag as it is. Use --cache, --read-scope and --write-scope, or `cacheFrom` and `cacheTo` of the target in the config.",
  },
  BK1004: {
    title: "bake file asks for a right",
    help: "What the config says is agreed to; what a bake file asks of this machine (files outside of the folder, the host's network) is allowed by `--allow` on the command line.",
  },
  BK1010: {
    title: "config exists already",
    help: "`init` overwrites no config. Use the one that there is, or pass --force.",
  },
  BK1011: {
    title: "bake file cannot be converted",
    help: "The bake files say what a config must not hold. Mend them, or keep them as the source with `bake:` in the config.",
  },
  BK1012: {
    title: "left out of a conversion, or written otherwise",
    help: "The message names what the config does not hold as the bake files do, and what stands there instead.",
  },
  BK1013: {
    title: "conversion builds something else",
    help: "What bake prints of the converted definition differs from what it prints of the source; the message names the attributes.",
  },
  BK1014: {
    title: "nothing to write a config for",
    help: "`init` found no Dockerfile and no bake or compose file with something to build. Run it at the top of the project.",
  },
  BK1015: {
    title: "nothing to eject",
    help: "With `bake:` the bake file is the user's own, and no Dockerfile has a comment of bkcache: there is nothing to do but to delete the config.",
  },
  BK1016: {
    title: "keys of the relay cannot be used",
    help: "`bkcache relay` serves those whose keys are in the file that --keys names, which others must not be able to read.",
  },
  BK1018: {
    title: "no report of a bake",
    help: "`bkcache why` reads what the last `bkcache bake` or `build` in this project came to, which is kept in the user's cache folder, or the file that --report names; `bkcache report` makes a page of files that `--report` has written.",
  },

  // --- 2xxx config
  BK2001: {
    title: "no config found",
    help: "Run `bkcache init`, name a file with `--config`, or set BUILDKIT_REMOTE_CACHE to build without one.",
  },
  BK2002: {
    title: "config cannot be read",
    help: "The file is missing, not readable, or not of a kind that bkcache loads.",
  },
  BK2003: { title: "config is not valid YAML or JSON", help: "The message carries the place; mend the syntax there." },
  BK2004: {
    title: "config module failed",
    help: "The TypeScript or JavaScript config threw, or does not export a config as its default.",
  },
  BK2005: { title: "empty config", help: "The file holds no value. An empty config does not give way to another one." },
  BK2006: {
    title: "config too large",
    help: "The config is larger, or nests deeper, than any that people write; aliases and shared objects count in full.",
  },
  BK2007: {
    title: "config cannot be extended",
    help: "`extends` names a file or package that does not exist, or one that extends this config.",
  },
  BK2008: {
    title: "several configs in one folder",
    help: "Only the first in the search order is used, and the message names it. Remove the others.",
    level: "warn",
  },
  BK2009: {
    title: "not plain data",
    help: "A config holds maps with string keys, lists, strings, finite numbers, booleans and null, so that it means the same on every machine.",
  },
  BK2010: {
    title: "unknown key",
    help: "The key does not exist at this place. BuildKit and bake would ignore it without a word.",
    level: "error",
  },
  BK2011: { title: "wrong type", help: "The value has another type than the key takes." },
  BK2012: { title: "value not allowed", help: "The value is outside of what the key takes." },
  BK2013: { title: "missing key", help: "The object lacks a key that it must have." },
  BK2014: { title: "key written twice", help: "Of two equal keys one would be lost. Remove or rename one." },
  BK2015: {
    title: "text that cannot be encoded",
    help: "The string holds half of a surrogate pair, which no file can hold as UTF-8.",
  },
  BK2016: {
    title: "bad entry in rules",
    help: "`rules` takes codes that exist and whose level may be changed; `bkcache explain` lists them with their levels.",
  },
  BK2020: {
    title: "undeclared name",
    help: "The config names a backend, mount, target or group that it does not declare.",
  },
  BK2021: {
    title: "bad name",
    help: "Names of targets, groups, backends and mounts are letters, digits, `_` and `-`; a project's small letters, digits and `-`; a variable's letters, digits and `_`.",
  },
  BK2022: { title: "reference not closed", help: "A `${` has no `}`. Close it, or write `$${` for a literal `${`." },
  BK2023: {
    title: "undeclared variable",
    help: "`${NAME}` names neither a variable nor an axis of the target's matrix. Declare it, or write `$${` for a literal `${`.",
  },
  BK2024: {
    title: "variable of the wrong kind",
    help: "Inside a longer string a variable must be a scalar; a whole list or flag takes a variable that is one.",
  },
  BK2025: {
    title: "reserved variable name",
    help: "bake ignores a variable of this name without a word, or bkcache uses it itself (BKCACHE_).",
  },
  BK2026: {
    title: "variable takes its value from the environment",
    help: "Most machines set a variable of this name, and bake takes its value before the default. Choose another name.",
    level: "warn",
  },
  BK2027: {
    title: "variable's type and default",
    help: "The type is none that bake knows, or the default does not fit it.",
  },
  BK2028: {
    title: "`name` without matrix",
    help: "Only the targets of a matrix get their names from `name`; another target is called by its key.",
  },
  BK2029: { title: "axis shadows a variable", help: "`${NAME}` could mean both. Rename the axis." },
  BK2030: {
    title: "matrix makes no targets, or too many",
    help: "An axis without values makes the target vanish; bake says then that it cannot find it.",
  },
  BK2032: {
    title: "not a single target",
    help: "`inherits` and `target:` take one target: neither a group nor the base name of a matrix.",
  },
  BK2033: { title: "targets in a circle", help: "Targets inherit or link each other, so that none can come first." },
  BK2034: {
    title: "groups in a circle",
    help: "A group is its own member. bake tolerates it; nobody means it.",
    level: "error",
  },
  BK2040: {
    title: "credentials in the config",
    help: "The config, the bake file and the builder's history would show them. Credentials come from the environment of the client.",
  },
  BK2041: {
    title: "compression that the backend ignores",
    help: "Only s3, gcs, registry and local backends take compression; gha and azblob always write gzip.",
    level: "error",
  },
  BK2042: {
    title: "path style without endpoint",
    help: "BuildKit ignores path style unless the endpoint is given too.",
    level: "error",
  },
  BK2043: {
    title: "endpoint over plain http",
    help: "Credentials and cache would cross the network unprotected. `insecure: true` on the backend allows it.",
  },
  BK2044: {
    title: "bucket cannot be told",
    help: "A bucket is given by `url`, or by `bucket` and `prefix`, not by both.",
  },
  BK2045: {
    title: "list of names in an import",
    help: "BuildKit's s3 import reads only the first of several names that `;` separates.",
    level: "error",
  },
  BK2046: {
    title: "region is not known",
    help: "BuildKit needs the bucket's region, and fails the build without one. Set `region` of the backend, or AWS_REGION.",
  },
  BK2047: {
    title: "unknown attribute of a cache entry",
    help: "BuildKit ignores attributes that it does not know without a word.",
    level: "error",
  },
  BK2048: {
    title: "bad value of a cache entry",
    help: "BuildKit takes a bad `mode` for min and other bad values for their defaults, without a word.",
    level: "error",
  },
  BK2049: {
    title: "malformed cache entry",
    help: "The entry is no valid list of `key=value`, is of no type that BuildKit has, or lacks what its type needs.",
    level: "error",
  },
  BK2050: {
    title: "backend cannot hold mounts",
    help: "The contents of mounts go to a local, s3 or gcs backend.",
  },
  BK2051: {
    title: "one mount id, different mounts",
    help: "Sharing, owner and mode belong to a mount's identity: with one id but other values, builds see an empty folder.",
    level: "error",
  },
  BK2052: {
    title: "private mount that is carried",
    help: "A private mount has one copy per build at a time, and which one would be saved is chance. Set `persist: false` or another sharing.",
    level: "error",
  },
  BK2053: {
    title: "path that is not NFC",
    help: "HCL normalizes strings to NFC, so that the path no longer names the file. Rename the file.",
    level: "error",
  },
  BK2054: {
    title: "looks like a credential",
    help: "A literal value stands under a name that says secret, token or password, or an argument takes such a variable. Pass it as a `secret`.",
    level: "warn",
  },

  BK2055: {
    title: "tier without the relay",
    help: "Only bkcache's relay has a tier, and `relay: off` says that layers do not go through it.",
    level: "error",
  },
  BK2060: {
    title: "list variable cannot be joined",
    help: "The attribute adds to what is inherited, which a variable that holds the whole list cannot do. Write the list out.",
  },
  BK2061: {
    title: "two targets of one name",
    help: "A matrix makes a name that exists already. Let `name` hold every axis.",
  },
  BK2062: {
    title: "empty scope",
    help: "A cache is written under its scope, so the scope needs a name; without one it is that of the branch.",
  },
  BK2063: {
    title: "platforms of a cached target are not known",
    help: "The cache name holds the platforms. List them, each with variables if need be, or give the target its own `cacheFrom` and `cacheTo`.",
  },
  BK2064: {
    title: "targets write one cache destination",
    help: "The target that ends last overwrites the cache of the others. Give each a destination of its own, or use `cache.write`.",
    level: "error",
  },
  BK2100: {
    title: "levels of trust read each other",
    help: "What a level reads, it must not write, by no detour. Let one of the levels of the circle not read the next.",
  },
  BK2101: {
    title: "two levels of trust for one build",
    help: "A build is of one level. Let each word and each pattern stand under `when` of one level alone.",
  },
  BK2102: {
    title: "backend that cannot keep levels of trust apart",
    help: "A level has a prefix of its own, which s3, gcs, azblob and local backends have. A registry, GitHub's cache and an inline cache have none: leave them out of `cache.read` and `cache.write`, or take `trust` away.",
  },
  BK2103: {
    title: "committed file would write past the levels of trust",
    help: "Plain `docker buildx bake` does not know where it runs, so with `trust` the committed file reads at most. Say `committed: read` or `off`.",
  },
  BK2090: {
    title: "bake file not found",
    help: "`bake` names files by their path from the config's folder. bake would look for them there too.",
  },
  BK2091: {
    title: "target of a bake file changed",
    help: "A target of the files under `bake` takes only `cache`, `cacheFrom`, `cacheTo` and `mounts` from the config: the file stays the source. Change it there, or declare a target of another name that inherits it.",
  },
  BK2092: {
    title: "no such target in the bake files",
    help: "An entry of `targets` that holds only cache and mounts adds to a target of the files under `bake`, which must have it. A target of the config's own needs at least one attribute, such as `context`.",
  },
  BK2093: {
    title: "attributes that reach no target",
    help: "`defaults` gives attributes to the targets that the config declares, and targets of bake files only `cache`, `cacheFrom`, `cacheTo` and `mounts`.",
    level: "error",
  },
  BK2080: {
    title: "unknown network",
    help: "RUN steps have the network default, host or none; BuildKit refuses others when it builds.",
    level: "error",
  },
  BK2081: {
    title: "not a platform",
    help: "A platform is os/arch, such as linux/amd64, one for each item of the list.",
    level: "error",
  },

  BK2070: {
    title: "preset needs a target",
    help: "The folder is inside of the project, so only the config can say where it is. [presets.md](presets.md) says what to write.",
  },
  BK2071: {
    title: "mounts disagree about a variable",
    help: "Two mounts of one snippet set one variable to different values. Ask for the snippets one after the other, or set `env` of one of the mounts.",
  },
  BK2075: {
    title: "unknown mount in a Dockerfile",
    help: "A `# bkcache:` comment or a Dockerfile template names a mount that the config does not declare under `mounts`.",
  },
  BK2076: {
    title: "misplaced marker",
    help: "A `# bkcache:` comment stands directly above a RUN that has a command, with nothing but comments between them. ONBUILD belongs to the builds that use the image, so it takes no marker.",
  },
  BK2077: {
    title: "two mounts for one folder",
    help: "A RUN gets a managed mount for a folder that another of its flags mounts already. Remove that flag, or take the name out of the marker.",
  },
  BK2078: {
    title: "Dockerfile template failed",
    help: "The template beside a Dockerfile is not valid, or asks for what there is not. [dockerfile.md](dockerfile.md) lists its helpers.",
  },
  BK2079: {
    title: "Dockerfile cannot be edited",
    help: "The file is not UTF-8, so that writing it would change more than its mount flags. Convert it.",
  },

  // --- 3xxx emit and write
  BK3001: {
    title: "generated file is stale",
    help: "Run `bkcache generate` and commit the result.",
    exit: exitCodes.negative,
  },
  BK3002: {
    title: "file not written by bkcache",
    help: "Name the file under `bake:` to keep it as the source, or pass --force to overwrite it.",
  },
  BK3003: { title: "file cannot be written", help: "Check the folder's rights and free space." },
  BK3004: {
    title: "file cannot be read",
    help: "A Dockerfile, or what bkcache would write, stands there and cannot be read: rights, or a link that leads nowhere. A folder of that name is often one that Docker made for a bind mount whose source was missing.",
  },

  // --- 4xxx buildx and BuildKit
  BK4001: {
    title: "buildx not found",
    help: "Install Docker with buildx, or put `docker-buildx` or `buildx` on PATH.",
  },
  BK4002: { title: "no such builder", help: "`docker buildx ls` lists the builders that exist." },
  BK4003: {
    title: "builder does not answer",
    help: "The message names the builder, its endpoint and the reason. Start BuildKit there, or choose another builder.",
  },
  BK4004: {
    title: "builder cannot be made or started",
    help: "buildx could not make the builder, or not start it; the message has its words.",
  },
  BK4005: {
    title: "connection to the builder is not verified",
    help: "Plain TCP gives everybody on the way the build and its credentials. Name TLS files under `builder.tls`, or set BUILDKIT_INSECURE=true to accept it.",
  },
  BK4006: {
    title: "TLS files of the builder",
    help: "A file under `builder.tls` is missing, not readable, or lacks its companion.",
  },
  BK4007: {
    title: "builder definition not usable",
    help: "The keys under `builder`, or the address in BUILDKIT_HOST, do not fit together.",
  },
  BK4010: {
    title: "driver lacks the cache backend",
    help: "The docker driver has no s3 and no azblob cache: the backend is left out of the run. Use a docker-container, kubernetes or remote builder.",
  },
  BK4011: {
    title: "driver cannot write cache",
    help: "The docker driver without the containerd image store can write inline cache only. Turn that store on, or use another builder.",
  },
  BK4012: {
    title: "BuildKit too old for the backend",
    help: "Cache in Google Cloud Storage by HMAC keys needs BuildKit 0.30 or later; older ones sign requests in a way that it refuses, but for the relay. An attribute that an older BuildKit ignores is a warning.",
    level: "error",
  },
  BK4013: {
    title: "BuildKit version cannot write to this endpoint",
    help: "BuildKit 0.26 and 0.31 upload in a way that most S3-compatible servers other than AWS refuse. Use another version of BuildKit, or the relay, which `relay: off` excludes.",
    level: "error",
  },
  BK4014: {
    title: "buildx too old",
    help: "An attribute in use needs a later buildx; an older one ignores it or fails.",
    level: "error",
  },
  BK4015: {
    title: "nodes overwrite each other's cache",
    help: "A target with several platforms is built on several nodes of the builder, and each writes the same cache. Use a builder with one node, or one target for each platform.",
    level: "error",
  },
  BK4016: {
    title: "builder does not reach the backend",
    help: "A loopback address, such as 127.0.0.1 or localhost, is the builder's own container where that has a network of its own. Give the builder the machine's network, or the backend an address that both reach. Mounts go through bkcache and are not affected.",
    level: "warn",
  },
  BK4017: {
    title: "builder does not reach the relay",
    help: "The relay listens on this machine alone: on its loopback, or on the address by which a docker-container builder reaches it. A builder that can ask neither gets the backend directly where that is possible, else not at all. Give the builder the machine's network (--driver-opt network=host), give HMAC keys for a bucket of Google's, or run `bkcache relay` where the builder reaches it.",
    exit: exitCodes.cache,
  },

  BK4018: {
    title: "linked targets lose imported cache",
    help: "Before 0.35 BuildKit loses what it imported for a target that is built from another (`target:` in contexts) where the stages of the other copy files of the context without --link, and the builder has none of them yet. BuildKit 0.35 keeps it, and so does COPY --link.",
    level: "warn",
  },
  BK4020: {
    title: "bake refuses the definition",
    help: "The message has bake's own words. `docker buildx bake --print` shows what it reads.",
  },
  BK4021: {
    title: "connection to the builder broke",
    help: "Cache mounts are reached through `docker buildx dial-stdio`. The message has buildx's own words; see whether the builder still runs and has room.",
  },
  BK4022: {
    title: "builder refuses a mount",
    help: "BuildKit could not open a cache mount or run the helper in it; the message has its own words.",
  },
  BK4023: {
    title: "helper for mounts not usable",
    help: "bkcache works in cache mounts with a statically linked busybox of the builder's architecture. It is taken once from an image, by the builder; or name the path of one in BKCACHE_HELPER, or another image in BKCACHE_HELPER_IMAGE.",
  },
  BK4024: {
    title: "builder too old for cache mounts",
    help: "Contents of cache mounts are carried on BuildKit 0.11 or later: an older one tells neither which mount a folder is of, nor whether a build is under way. Docker's own BuildKit is new enough from Docker 24 on. Layers are not affected.",
    isLasting: true,
  },

  BK4030: {
    title: "buildx with known advisories",
    help: "Before 0.38.2 a bake file could get around what `--allow` grants it of this machine's files (GHSA-xg6v-cv2h-2w5h, GHSA-rghq-x9hf-hc3r). Install a newer buildx.",
    level: "warn",
  },
  BK4031: {
    title: "old BuildKit",
    help: "BuildKit before 0.30 builds, and misses much that caches need: exports of mode=max take minutes before 0.28, Google's store takes HMAC keys from 0.30 on, and imported cache is kept from 0.35 on where builds share a plain COPY.",
    level: "warn",
  },
  BK4032: {
    title: "builder's state dies with its pods",
    help: "A builder of the kubernetes driver without a persistent volume begins empty with each new pod. The cache in a bucket carries layers and mounts over; a volume spares it the way.",
    level: "warn",
  },
  BK4033: {
    title: "cache mounts on several pods",
    help: "Cache mounts are each pod's own. With loadbalance=sticky, the default, buildx chooses the pod by the folder that it is started in, so that bkcache and the build reach the same one; with random they do not.",
    level: "warn",
  },
  BK4034: {
    title: "builder does not reach the bucket",
    help: "BuildKit moves layers itself, with the network, proxies and certificates of the builder, not of this machine. `relay: always` of the backend lets bkcache's relay on this machine do it.",
  },

  // --- 5xxx store
  BK5001: {
    title: "no credentials",
    help: "The backend is left out of this run; give credentials in the environment, or use --strict to stop.",
    isLasting: true,
    isOfCredentials: true,
  },
  BK5002: {
    title: "half of the credentials",
    help: "One of two variables that only work together is set: the key id without the secret, or the secret without the key id.",
    isLasting: true,
    isOfCredentials: true,
  },
  BK5003: {
    title: "credentials end soon",
    help: "BuildKit keeps the credentials that it got when the build began. Where they end before the cache is written, the cache is lost; where they have ended, the backend is left out.",
  },
  BK5004: {
    title: "no such bucket",
    help: "The bucket does not exist at this endpoint, and BuildKit makes none. Create it, or mend `url` or `bucket`.",
    isLasting: true,
  },
  BK5005: {
    title: "access denied",
    help: "The credentials are known but may not do this. A cache needs s3:GetObject, s3:PutObject and s3:AbortMultipartUpload on the objects, and s3:ListBucket on the bucket: without the last S3 answers 403 for what is merely absent, which BuildKit takes for a failure.",
    isLasting: true,
    isOfCredentials: true,
  },
  BK5006: {
    title: "credentials refused",
    help: "The store does not know the key, the secret does not belong to it, or the session has ended.",
    isLasting: true,
    isOfCredentials: true,
  },
  BK5007: {
    title: "endpoint does not answer",
    help: "Name resolution, connection, TLS or the answer itself failed or took too long. A proxy that is the reason is named. Check the endpoint, the proxy variables and, for a private certificate authority, AWS_CA_BUNDLE or NODE_EXTRA_CA_CERTS.",
    isLasting: true,
  },
  BK5008: {
    title: "wrong region",
    help: "The bucket lies in another region than the one that requests are signed for. Set `region` of the backend, or AWS_REGION.",
    isLasting: true,
  },
  BK5009: {
    title: "clock is wrong",
    help: "The store refuses requests that are signed more than 15 minutes before or after its own time. Set this machine's clock.",
    isLasting: true,
  },
  BK5010: {
    title: "unexpected answer of the store",
    help: "The store answered with an error that bkcache does not know; the message has its name.",
  },
  BK5011: {
    title: "cache was not read or not written",
    help: "BuildKit could not import or export a cache entry. It builds on and exits with 0, so the build is right but slower, or the next one is. What the builder cannot reach, or does not trust, `relay: always` of the backend goes around.",
  },
  BK5012: {
    title: "report is incomplete",
    help: "The builder's history, from which the report is made, cannot be read. The build itself is not affected.",
  },
  BK5013: {
    title: "cache folder cannot be read",
    help: "The folder of a local backend exists, but its contents cannot be read or are no cache. Check its rights, or remove it.",
  },
  BK5014: {
    title: "local cache in the context",
    help: "A target sends the folder of a local backend to the builder with its context, so every build changes the context of the next and nothing hits. Exclude the folder in .dockerignore, or put it elsewhere.",
  },
  BK5015: {
    title: "the build failed over its cache, and was built again without it",
    help: "A layer that the cache's manifest names is missing, damaged or could not be fetched, and BuildKit fails the step that needs it. bkcache built once more, without reading from that backend. The build's own failures are never built again. A run that writes the cache puts back what is missing; where a lifecycle rule deletes layers, it must take manifests before them.",
  },
  BK5016: {
    title: "a local cache was locked, and the build was built again without writing it",
    help: "buildx takes a lock when all is built, and fails where another run has it. Runs of bkcache on one machine keep out of each other's way; plain buildx, and containers that share a folder, do not. bkcache built once more without writing there, all of it from the builder's own cache.",
  },
  BK5017: {
    title: "manifest of a layer cache cannot be read",
    help: "An object lies where BuildKit keeps the manifests of its caches and is none. `bkcache layers prune` deletes no blob while it is there, since a manifest of a later version might name any: remove it.",
  },
  BK5018: {
    title: "not noted what a cache was made of",
    help: "Beside each cache bkcache notes what the target was made of, for `bkcache affected`, `bkcache why` and to leave out mounts that no step needs. The cache itself was written. Check the right to write objects below the backend's prefix.",
  },
  BK5019: {
    title: "cache costs more than it saves",
    help: "In the runs that are known of, at least five of them with the cache, import and export of a target's layers took longer than its steps take without. A target whose steps are that cheap is built sooner with `cache: false`.",
    isNotice: true,
  },
  BK5020: {
    title: "object too large",
    help: "An object in the store is larger than what bkcache writes under that name, so it was not read. Something else may have written it.",
  },
  BK5021: {
    title: "object damaged on the way",
    help: "What arrived has another digest than what was sent, so it was refused. Nothing was stored.",
  },
  BK5022: {
    title: "cache folder cannot be written",
    help: "The folder of a local backend cannot be written. Check its rights and its free space.",
  },
  BK5023: {
    title: "Google credentials cannot be used",
    help: "The application default credentials cannot be read, or Google refuses them. Check the file that GOOGLE_APPLICATION_CREDENTIALS names, or run `gcloud auth application-default login`.",
    isLasting: true,
  },

  // 503x, 504x: contents of cache mounts
  BK5030: {
    title: "snapshot cannot be read",
    help: "The manifest of a mount's snapshot is damaged, was not written by bkcache, or has a newer format. It is passed over; `bkcache mounts verify` finds such snapshots.",
    isDamage: true,
  },
  BK5031: {
    title: "pack missing or damaged",
    help: "The contents of a snapshot are not in the bucket, or are not what was written. The snapshot is passed over, and the next save makes a whole one. A lifecycle rule that is too short is the usual cause.",
    isDamage: true,
  },
  BK5032: {
    title: "mount cannot be read",
    help: "Listing or archiving the contents of a cache mount on the builder failed. Nothing was saved.",
  },
  BK5033: {
    title: "mount cannot be filled",
    help: "Unpacking a snapshot on the builder failed, mostly for lack of space there. The mount is as it was before.",
  },
  BK5034: {
    title: "files changed while they were read",
    help: "Something wrote to the mount during the save. These files are left out of the snapshot, the others are in it.",
    isNotice: true,
  },
  BK5035: {
    title: "snapshot refused",
    help: "The mount is empty while the snapshot before it is not, so that the cache would be lost. `bkcache mounts repair` mends a builder that has two mounts of one name.",
  },
  BK5036: {
    title: "snapshot much smaller than the one before",
    help: "Less than a quarter of the mount is left. That is right after a clean-up, and wrong where a build used another mount.",
    isNotice: true,
  },
  BK5037: {
    title: "parts of the mount left out",
    help: "The snapshot holds no devices, sockets and pipes, and where the mount is larger than `maxSize`, not the files that are oldest.",
    isNotice: true,
  },
  BK5038: {
    title: "mount too large for a snapshot",
    help: "A snapshot holds up to 2,000,000 entries and 1 TiB of contents; one with more could not be restored. Nothing was saved. Bound the mount with `maxSize`, or keep less in it.",
  },
  BK5050: {
    title: "cache mount stays on the builder",
    help: "The content of this mount cannot be carried: nobody can tell which mount it is, or it begins with content of something else. The build has it as without bkcache.",
    isNotice: true,
  },
  BK5051: {
    title: "cache mount exists twice",
    help: "BuildKit made a second, empty folder for the id, as it does where a mount that is busy is wanted with another kind of sharing. Later builds get one of the two. `bkcache mounts repair` keeps the one with the content; neither is saved before.",
  },
  BK5052: {
    title: "builder is busy",
    help: "Cache mounts are not touched while another build runs on the builder, since a mount that two want at once becomes two mounts. The wait is bounded by cache.mountBudget.",
  },
  BK5053: {
    title: "cache mount took too long",
    help: "The time of cache.mountBudget was over before the mount was there. The build went on without it, and nothing half of it is left.",
  },
  BK5054: {
    title: "garbage collection may take the cache mount",
    help: "A policy of the builder keeps less than the mount holds, so it may be gone before the next build. Set a gcpolicy of your own in buildkitd.toml. Not said in CI of a builder on the machine itself, which goes with it.",
    level: "warn",
    isNotice: true,
  },
  BK5055: {
    title: "no file names the snapshot",
    help: "None of the files under `key` of the mount exists, or one cannot be read or leads out of the project (the folder of the repository), so the newest snapshot is taken, as without `key`.",
    isNotice: true,
  },
  BK5056: {
    title: "this run may not save or delete caches",
    help: "`mounts save`, `prune` and all that deletes below `layers` and `mounts` do nothing for a pull request, whose author may not be trusted with what others read, and none where BKCACHE or --cache says off or read. `--cache read-write` allows it. With levels of trust they do what the run's level may, and `--level` names another one for what deletes.",
    exit: exitCodes.usage,
  },
  BK5057: {
    title: "several folders of a mount hold something",
    help: "`mounts repair` removes empty folders by itself. Which of several with content is the right one only you can tell: `--keep RECORD` names it.",
    exit: exitCodes.negative,
  },
  BK5058: {
    title: "no such snapshot",
    help: "The store has no snapshot of that mount, scope and key. `bkcache mounts ls --remote` lists what there is.",
    exit: exitCodes.negative,
  },
  BK5059: {
    title: "mount cannot be repaired now",
    help: "A folder of the mount is open elsewhere, so that it can neither be told from the others nor removed. Try again when no build runs on the builder.",
  },

  BK5060: {
    title: "cache mounts of a target are not known",
    help: "Which mounts a build has stands in its Dockerfile, and that one is in a git repository, at an address, or in an archive on standard input. The mounts are used as without bkcache. Name them under `mounts` of the target, or build from a folder.",
  },

  // 507x: what `doctor` finds and nothing else says
  BK5070: {
    title: "no right to delete",
    help: "Builds need no right to delete; `bkcache layers prune` and `bkcache mounts prune` do. Give it to the credentials of the job that prunes, and switch this off for the others.",
    level: "warn",
  },
  BK5071: {
    title: "store without conditional writes",
    help: "The store overwrites an object although the request asks for an absent one (`If-None-Match: *`). What two runs write under one name at once may then be half of each other's: of mounts, the later manifest wins.",
    level: "warn",
  },
  BK5072: {
    title: "proxy or certificate file is no good",
    help: "HTTP_PROXY, HTTPS_PROXY, AWS_CA_BUNDLE or NODE_EXTRA_CA_CERTS names what does not answer or cannot be used, or what holds no certificate that is valid now.",
  },
  BK5073: {
    title: "lifecycle rule takes what caches need",
    help: "A rule of the bucket deletes objects by their age. A layer that is gone while a cache names it fails the build (moby/buildkit#3223). bkcache then builds once more without that cache; `bkcache doctor --lifecycle` prints rules that do not hurt, and `bkcache layers prune` deletes what is no longer needed.",
    level: "warn",
  },
  BK5074: {
    title: "cache is switched off",
    help: "A flag, a variable or the CI service says that this run reads no cache.",
    level: "warn",
  },
  BK5075: {
    title: "nothing writes the cache",
    help: "No target writes to a backend, and no backend holds mounts, so that there is never more to read than there is now.",
    level: "warn",
  },

  // --- 6xxx Dockerfile lint
  BK6001: {
    title: "mount hides what is below it",
    help: "A cache mount covers its folder: what an earlier step put there cannot be seen by the RUN that has the mount.",
    level: "error",
  },
  BK6002: {
    title: "copied from a cache mount",
    help: "What a RUN leaves in a cache mount is no part of the image, so that COPY --from finds nothing there. Copy it out of the mount in the same RUN.",
    level: "error",
  },
  BK6003: {
    title: "package manager without its mount",
    help: "Without a cache mount a package manager downloads everything again whenever a step before it changes.",
    level: "warn",
  },
  BK6004: {
    title: "declared mount that no RUN uses",
    help: "The config declares a mount that the Dockerfiles of its targets do not have.",
    level: "warn",
  },
  BK6005: {
    title: "mount that is not declared",
    help: "A RUN mounts the folder of a declared mount, or has an id that begins with the project's name, and no declared mount has that id: it is carried beside the declared one, without its settings. Mounts of your own are carried as they are.",
    level: "warn",
  },
  BK6006: {
    title: "mount without an id",
    help: "BuildKit then takes the path for the id, so that every project on the builder shares the folder, and two that write the same path share their contents.",
    level: "warn",
  },
  BK6007: {
    title: "one id, different sharing",
    help: "While a RUN holds a mount under one mode, a RUN with another mode gets a new and empty folder under the same id, which later builds go on with.",
    level: "warn",
  },
  BK6008: {
    title: "one id, different owners",
    help: "uid, gid, mode and from are part of what a mount is: where they differ, one id stands for several folders.",
    level: "warn",
  },
  BK6009: {
    title: "mount that USER cannot write",
    help: "A cache mount belongs to root with mode 0755 unless uid, gid or mode say otherwise.",
    level: "warn",
  },
  BK6010: {
    title: "apt without a locked mount",
    help: "apt fails where another apt holds the lock of its folder. With sharing=locked the builder lets one RUN wait for the other.",
    level: "warn",
  },
  BK6011: {
    title: "apt deletes what the mount is to keep",
    help: "Images of Debian and Ubuntu make apt delete every package that it downloaded, until /etc/apt/apt.conf.d/docker-clean is removed.",
    level: "warn",
  },
  BK6012: {
    title: "setting that empties mounts",
    help: "With no-cache and no-cache-filter BuildKit empties the cache mounts of every RUN that it runs again.",
    level: "warn",
  },
  BK6013: {
    title: "secret in ARG or ENV",
    help: "The value stands in the image's history or environment, in the builder's history, and in every cache that is exported. Pass it as a secret.",
    level: "warn",
  },
  BK6014: {
    title: "steps that differ in a mount's id alone",
    help: "An explicit id is no part of a step's cache key: BuildKit takes both for one step, runs one of them, and fills one of the mounts.",
    level: "warn",
  },
  BK6015: {
    title: "variable for the mount's folder not set",
    help: "The tool looks for its cache elsewhere unless a variable names the folder of the mount.",
    level: "warn",
  },
  BK6016: {
    title: "COPY without --link in a shared stage",
    help: "Targets that share a plain COPY of the context lose what they imported from their caches when an empty builder builds them together, as does a target that is built from another one. COPY --link keeps it.",
    level: "warn",
  },
  BK6017: {
    title: "bind mount of the context in a shared stage",
    help: "Targets that share a RUN with files of the context mounted lose what they imported from their caches when an empty builder builds them together. COPY --link before the RUN keeps it.",
    level: "warn",
  },
  BK6018: {
    title: "flag of RUN that BuildKit does not know",
    help: "The flag, an option of the mount or its value is misspelt or does not fit the type of the mount, or a cache mount has no target, or the root folder.",
    level: "error",
  },
  BK6019: {
    title: "one mount for several platforms",
    help: "The id of the mount lacks the architecture, so that builds for several platforms share files that fit one of them.",
    level: "warn",
  },
  BK6020: {
    title: "ignore comment without effect",
    help: "Nothing that the comment names is found there. Remove it, or mend the code.",
    level: "warn",
  },
  BK6021: {
    title: "Dockerfile cannot be looked at",
    help: "It does not exist, cannot be read, or lacks the stage that a target builds.",
    level: "error",
  },
  BK6022: {
    title: "mount that its own RUN empties",
    help: "A command of the RUN deletes what is in the mount, or a flag or variable keeps the tool from it, so that the next build finds nothing. What is in a mount is no part of the image: neither is needed to keep it small.",
    level: "warn",
  },
  BK6023: {
    title: "installed into a cache mount",
    help: "What a RUN installs into a mount is no part of the image: later steps without the mount, and the image, lack it.",
    level: "warn",
  },
  BK6024: {
    title: "step without the mount that it reads",
    help: "An earlier step downloads into a mount, and this one works offline without it: it finds nothing.",
    level: "warn",
  },

  // --- 9xxx internal
  BK9001: {
    title: "internal error",
    help: "A fault of bkcache: report it with the stack that `BKCACHE_DEBUG=1` prints.",
  },
} as const satisfies Record<string, CodeFacts>;

export type Code = keyof typeof codes;

/** All that is known of a code. */
export function factsOf(code: Code): CodeFacts {
  return codes[code];
}

/** Exit code of a command that ends with this code. */
export function exitCodeOf(code: Code): number {
  const ofThousand: Readonly<Record<string, number>> = { BK5: exitCodes.cache, BK9: exitCodes.internal };
  return factsOf(code).exit ?? ofThousand[code.slice(0, 3)] ?? exitCodes.usage;
}
