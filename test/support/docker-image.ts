import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeTempDir } from "./cleanup.ts";
import { copyLibraries, makeBusyboxContext } from "./contexts.ts";
import { findTool, pathWith } from "./toolchain.ts";

/** The image that buildx starts builders of the docker-container driver from. */
export const buildkitImage = "moby/buildkit:buildx-stable-1";

const entry = ["ENTRYPOINT", JSON.stringify(["buildkitd"])].join(" ");
const path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Arguments of `docker import` that make the image of what `makeBuildkitTar` has made. */
export const importArgs = ["import", "-c", entry, "-c", "VOLUME /var/lib/buildkit", "-c", `ENV PATH=${path}`];

let made: string | undefined;

/** The files of that image with the toolchain's BuildKit, as a tar file. */
export function makeBuildkitTar(): string {
  if (made !== undefined) return made;
  const dir = makeTempDir("buildkit-image");
  const root = makeBusyboxContext(join(dir, "root"));
  for (const name of ["tmp", "run", "proc", "sys", "dev", "var/lib", "etc", "usr/bin", "usr/sbin", "sbin"]) {
    mkdirSync(join(root, name), { recursive: true });
  }
  chmodSync(join(root, "tmp"), 0o1777);
  writeFileSync(join(root, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
  writeFileSync(join(root, "etc/group"), "root:x:0:\n");
  for (const tool of ["buildkitd", "buildctl"] as const) copyFileSync(findTool(tool), join(root, "usr/bin", tool));
  const runc = findRunc();
  copyFileSync(runc, join(root, "usr/sbin/runc"));
  copyLibraries(runc, root);
  place("/etc/ssl/certs/ca-certificates.crt", join(root, "etc/ssl/certs/ca-certificates.crt"));
  const applets = execFileSync(join(root, "bin/busybox"), ["--list"], { encoding: "utf8" }).trim().split("\n");
  for (const applet of applets) if (applet !== "busybox") symlinkSync("busybox", join(root, "bin", applet));
  made = join(dir, "image.tar");
  execFileSync("tar", ["-c", "-f", made, "-C", root, "."]);
  return made;
}

/** The machine's: that of another release may want another C library. */
export function findRunc(): string {
  return execFileSync("which", ["runc"], { env: { PATH: pathWith() }, encoding: "utf8" }).trim();
}

function place(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}
