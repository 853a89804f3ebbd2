import type { MountIdentity } from "../builder/gateway/shell.ts";

/** What the name of a mount in the store is made of. */
export interface StoredMount extends MountIdentity {
  readonly project: string;
  /** As `linux/arm64`. */
  readonly platform: string;
}

/** As the flag in the Dockerfile is read, where ARG TARGETARCH stands before it. */
export function idOn(id: string, platform: string): string {
  return id.replaceAll("${TARGETARCH}", platform.split("/")[1] ?? "");
}

/**
 * The name of a mount in the store. A bucket is shared by projects and by machines of every kind, which a builder is not:
 * both are part of the name, and so is an owner, since another owner is another mount.
 */
export function storeIdOf({ project, platform, namespace, id, uid, gid, mode }: StoredMount): string {
  const owner = [
    ...(uid === undefined ? [] : [`uid=${uid}`]),
    ...(gid === undefined ? [] : [`gid=${gid}`]),
    ...(mode === undefined ? [] : [`mode=${mode.toString(8)}`]),
  ].join(",");
  return [project, platform.replaceAll("/", "-"), namespace, id, ...(owner === "" ? [] : [owner])].join(" ");
}

const pattern =
  /^(?<project>[^ ]+) (?<platform>[^ ]+) (?<namespace>[^ ]*) (?<id>.*?)(?: (?<owner>(?:uid|gid|mode)=\S+))?$/s;

/** The parts of such a name; null for what is none. A namespace with a blank in it is taken for a part of the id. */
export function readStoreId(storeId: string): StoredMount | null {
  const parts = pattern.exec(storeId)?.groups;
  if (parts === undefined) return null;
  const { project = "", platform = "", namespace = "", id = "", owner = "" } = parts;
  const [, uid] = /(?:^|,)uid=(\d+)/.exec(owner) ?? [];
  const [, gid] = /(?:^|,)gid=(\d+)/.exec(owner) ?? [];
  const [, mode] = /(?:^|,)mode=([0-7]+)/.exec(owner) ?? [];
  return {
    project,
    platform: platform.replaceAll("-", "/"),
    namespace,
    id,
    ...(uid !== undefined && { uid: Number(uid) }),
    ...(gid !== undefined && { gid: Number(gid) }),
    ...(mode !== undefined && { mode: Number.parseInt(mode, 8) }),
  };
}
