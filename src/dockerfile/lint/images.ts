import type { Lookup } from "../shell-words.ts";

/** Of a stage and its steps, what tells the image's share in them. */
interface Staged {
  readonly base: string | null;
  readonly parent: Staged | null;
  readonly chain: readonly {
    readonly instruction: { readonly keyword: string; readonly args: string };
    readonly commands: readonly { readonly words: readonly string[] }[];
  }[];
}

interface Placed {
  readonly stage: Staged;
  readonly lookup: Lookup;
  /** Without a group; null where nobody can tell. */
  readonly user: string | null;
  /** Whether a USER stands before it, so that it is not the base image that decides. */
  readonly hasUser: boolean;
}

/** An image whose environment is known: variables that are not among these are not set. */
export interface KnownImage {
  /** As people write it, without registry and tag. */
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  /** Who runs its commands. */
  readonly user: string;
  /** Users besides root, with number and home folder. */
  readonly users: Readonly<Record<string, { readonly uid: number; readonly home: string }>>;
}

const plain = { env: {}, user: "root", users: {} } as const;
/** Images that set nothing that a package manager reads. */
const plainNames =
  "alpine debian ubuntu fedora rockylinux almalinux centos amazonlinux oraclelinux busybox buildpack-deps python php perl openjdk eclipse-temurin amazoncorretto gcc elixir erlang hexpm/elixir swift haskell continuumio/miniconda3 continuumio/anaconda3 condaforge/miniforge3 mcr.microsoft.com/dotnet/sdk mcr.microsoft.com/dotnet/aspnet registry.access.redhat.com/ubi8 registry.access.redhat.com/ubi9 registry.access.redhat.com/ubi8/ubi registry.access.redhat.com/ubi9/ubi registry.access.redhat.com/ubi9/ubi-minimal ghcr.io/astral-sh/uv nvidia/cuda";
/** From their Dockerfiles: github.com/docker-library, denoland/deno_docker, oven-sh/bun, mamba-org/micromamba-docker. */
const others: Readonly<Record<string, Partial<Omit<KnownImage, "name">>>> = {
  node: { users: { node: { uid: 1000, home: "/home/node" } } },
  golang: { env: { GOPATH: "/go", GOTOOLCHAIN: "local" } },
  rust: { env: { CARGO_HOME: "/usr/local/cargo", RUSTUP_HOME: "/usr/local/rustup" } },
  ruby: { env: { GEM_HOME: "/usr/local/bundle", BUNDLE_APP_CONFIG: "/usr/local/bundle" } },
  composer: { env: { COMPOSER_HOME: "/tmp" } },
  maven: { env: { MAVEN_CONFIG: "/root/.m2" } },
  "denoland/deno": { env: { DENO_DIR: "/deno-dir/" }, users: { deno: { uid: 1993, home: "/home/deno" } } },
  "oven/bun": { users: { bun: { uid: 1000, home: "/home/bun" } } },
  "mambaorg/micromamba": {
    env: { MAMBA_ROOT_PREFIX: "/opt/conda" },
    user: "mambauser",
    users: { mambauser: { uid: 57439, home: "/home/mambauser" } },
  },
};

const known: ReadonlyMap<string, KnownImage> = new Map(
  [...plainNames.split(" ").map((name) => [name, {}] as const), ...Object.entries(others)].map(([name, facts]) => [
    name,
    { name, ...plain, ...facts },
  ]),
);

/** Null for an image whose environment nobody here knows. */
export function knownImage(image: string | null): KnownImage | null {
  if (image === null) return null;
  const name = image
    .replace(/^(?:(?:index\.|registry-1\.)?docker\.io|mirror\.gcr\.io|public\.ecr\.aws\/docker)\//, "")
    .replace(/^library\//, "")
    .replace(/(?::[^/]*)?(?:@.*)?$/, "");
  return known.get(name) ?? (image === "scratch" ? { name: "scratch", ...plain } : null);
}

/** The image that a chain of stages begins with; null where it cannot be told. */
export function rootImage(stage: Staged): string | null {
  let root = stage;
  while (root.parent !== null) root = root.parent;
  return root.base;
}

/** The value of a variable when a step begins: null where nobody can tell, undefined where it is not set. */
export function variableAt(
  { lookup, stage }: Pick<Placed, "lookup" | "stage">,
  name: string,
): string | null | undefined {
  const value = lookup(name);
  if (value !== null) return value;
  // Whoever builds may give it.
  const isOpen = stage.chain.some(
    ({ instruction: { keyword, args } }) => keyword === "ARG" && args.split(/\s+/).includes(name),
  );
  if (isOpen) return null;
  const image = knownImage(rootImage(stage));
  return image === null ? null : image.env[name];
}

/** Who runs the commands of a step; null where nobody can tell. */
export function userAt({ user, hasUser, stage }: Pick<Placed, "user" | "hasUser" | "stage">): string | null {
  if (user !== null) return /^0+$/.test(user) || user === "" ? "root" : user;
  return hasUser ? null : (knownImage(rootImage(stage))?.user ?? null);
}

export interface Home {
  readonly path: string;
  /** False where it is only what most systems choose. */
  readonly isCertain: boolean;
}

/** The home folder in which the commands of a step look for theirs; null where nobody can tell. */
export function homeAt(step: Placed): Home | null {
  const set = variableAt(step, "HOME");
  if (typeof set === "string" && set.startsWith("/")) return { path: set, isCertain: true };
  const user = userAt(step);
  if (user === null) return null;
  if (user === "root") return { path: "/root", isCertain: true };
  const users = Object.entries(knownImage(rootImage(step.stage))?.users ?? {});
  const match = users.find(([name, { uid }]) => name === user || String(uid) === user);
  if (match !== undefined) return { path: match[1].home, isCertain: true };
  if (/^\d+$/.test(user)) return null;
  return { path: homeMade(step.stage, user) ?? `/home/${user}`, isCertain: false };
}

/** Where a command that makes the user says. */
function homeMade({ chain }: Staged, user: string): string | null {
  for (const { commands } of chain) {
    for (const { words } of commands) {
      if (!/(?:^|\/)(?:useradd|adduser)$/.test(words[0] ?? "") || !words.includes(user)) continue;
      const at = words.findIndex((word) => /^(?:-\w*d|-h|--home|--home-dir)$/.test(word));
      const folder = words[at + 1];
      if (at !== -1 && folder?.startsWith("/") === true) return folder;
    }
  }
  return null;
}

/** The number of a user; null where only the image knows. */
export function uidAt(step: Placed): number | null {
  const user = userAt(step);
  if (user === null) return null;
  if (user === "root") return 0;
  if (/^\d+$/.test(user)) return Number(user);
  const inImage = knownImage(rootImage(step.stage))?.users[user]?.uid;
  if (inImage !== undefined) return inImage;
  for (const { commands } of step.stage.chain) {
    for (const { words } of commands) {
      if (!/(?:^|\/)(?:useradd|adduser)$/.test(words[0] ?? "") || !words.includes(user)) continue;
      const at = words.findIndex((word) => /^(?:-\w*u|--uid)$/.test(word));
      const uid = at === -1 ? undefined : words[at + 1];
      if (uid !== undefined && /^\d+$/.test(uid)) return Number(uid);
    }
  }
  return null;
}
