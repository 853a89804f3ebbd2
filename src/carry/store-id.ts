import type { MountIdentity } from "../builder/gateway/shell.ts";

/** What the name of a mount in the store is made of. */
export interface StoredMount extends MountIdentity {
  readonly project: string;
  /** 0 where there is none. */
  readonly epoch: number;
  /** As `linux/arm64`. */
  readonly platform: string;
}

/** As the flag in the Dockerfile is read, where ARG TARGETARCH stands before it. */
export function idOn(id: string, platform: string): string {
  return id.replaceAll("${TARGETARCH}", platform.split("/")[1] ?? "");
}

/**
 * The name of a mount in the store. A bucket is shared by projects and by machines of every kind, which a builder is not:
 * both are part of the name, and so is an owner, since another owner is another mount. An epoch stands after the project,
 * which has no dot.
 */
export function storeIdOf({ project, epoch, platform, namespace, id, uid, gid, mode }: StoredMount): string {
  const owner = [
    ...(uid === undefined ? [] : [`uid=${uid}`]),
    ...(gid === undefined ? [] : [`gid=${gid}`]),
    ...(mode === undefined ? [] : [`mode=${mode.toString(8)}`]),
  ].join(",");
  const owned = epoch === 0 ? project : `${project}.e${epoch}`;
  return [owned, platform.replaceAll("/", "-"), namespace, id, ...(owner === "" ? [] : [owner])].join(" ");
}

const pattern =
  /^(?<project>[^ ]+?)(?:\.e(?<epoch>[1-9]\d*))? (?<platform>[^ ]+) (?<namespace>[^ ]*) (?<id>.*?)(?: (?<owner>(?:uid|gid|mode)=\S+))?$/s;

/** The parts of such a name; null for what is none. A namespace with a blank in it is taken for a part of the id. */
export function readStoreId(storeId: string): StoredMount | null {
  const parts = pattern.exec(storeId)?.groups;
  if (parts === undefined) return null;
  const { project = "", epoch = "0", platform = "", namespace = "", id = "", owner = "" } = parts;
  const [, uid] = /(?:^|,)uid=(\d+)/.exec(owner) ?? [];
  const [, gid] = /(?:^|,)gid=(\d+)/.exec(owner) ?? [];
  const [, mode] = /(?:^|,)mode=([0-7]+)/.exec(owner) ?? [];
  return {
    project,
    epoch: Number(epoch),
    platform: platform.replaceAll("-", "/"),
    namespace,
    id,
    ...(uid !== undefined && { uid: Number(uid) }),
    ...(gid !== undefined && { gid: Number(gid) }),
    ...(mode !== undefined && { mode: Number.parseInt(mode, 8) }),
  };
}
