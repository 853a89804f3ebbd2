import type { Progress } from "./progress.ts";

const fromImage = /(?:^| )FROM (?:--platform=\S+ )?(\S+?)@(sha256:[0-9a-f]{64})(?:$| )/;

/** Digests of the images that a build found behind the references in its Dockerfile, by `canonicalImage` of those. */
export function imagesOf({ vertexes }: Progress): ReadonlyMap<string, string> {
  return new Map(
    vertexes.flatMap(({ name }) => {
      const [, ref, digest] = fromImage.exec(name) ?? [];
      return ref === undefined || digest === undefined ? [] : [[canonicalImage(ref), digest] as const];
    }),
  );
}

/** A reference with the registry and tag that stand in for missing ones, without a digest. */
export function canonicalImage(ref: string): string {
  const [name = ""] = ref.split("@");
  const [first = "", ...rest] = name.split("/");
  const hasHost = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  const path = hasHost ? rest.join("/") : name;
  const host = hasHost ? first.replace(/^index\.docker\.io$/, "docker.io") : "docker.io";
  const whole = host === "docker.io" && !path.includes("/") ? `library/${path}` : path;
  return `${host}/${/:[^/]*$/.test(whole) ? whole : `${whole}:latest`}`;
}
