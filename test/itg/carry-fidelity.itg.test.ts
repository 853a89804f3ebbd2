import { expect } from "vitest";
import { baseStage, mountEnvironment, type MountRun, runStep, runWithMounts } from "../support/mount-project.ts";
import { bucket, test as serverTest } from "../support/servers.ts";
import { makeWorkspace } from "../support/workspace.ts";

/* What a build leaves in a mount on one builder is what a build on another, empty one finds, entry by entry. */

/**
 * Prints a digest of all entries: kind and mode, owner, time in seconds, link target, names; of all but folders size and
 * number of names; and the digest of all contents.
 */
const listing = `list() {
  find . -mindepth 1 ! -type d -print0 | sort -z | xargs -0 -r stat -c '%f %u %g %Y %s %h %N' > /listing
  find . -mindepth 1 -type d -print0 | sort -z | xargs -0 -r stat -c '%f %u %g %Y %n' >> /listing
  find . -type f -print0 | sort -z | xargs -0 -r cat | sha256sum >> /listing
  echo "found $1: $(wc -l < /listing) lines $(sha256sum < /listing)"
}`;

/** Two builders: one makes the tree, the other one looks at what it has before anything else. */
const test = serverTest.extend(
  "carry",
  ({ s3, busybox, newBuilder }) =>
    async (make: string): Promise<readonly [MountRun, MountRun]> => {
      const script = `cd /data || exit 1
${listing}
: "$(cat /src/a.txt)"
list before
if [ -e made ]; then exit 0; fi
set -e
${make}
touch made
list after`;
      const config = {
        project: "shop",
        backends: { remote: { type: "s3", bucket, prefix: crypto.randomUUID(), insecure: true } },
        cache: { read: [], write: [], mounts: "remote" },
        mounts: { data: { target: "/data" } },
        targets: { app: { contexts: { busybox } } },
      };
      const workspace = makeWorkspace({
        "bkcache.config.json": JSON.stringify(config),
        Dockerfile: baseStage + runStep("--mount=type=cache,id=shop-data,target=/data", script),
        "src/a.txt": "one",
      });
      const run = async () => {
        const env = mountEnvironment(await newBuilder(), { ...s3.env, BKCACHE: "read-write" });
        return runWithMounts(workspace, ["bake"], env);
      };
      const first = await run();
      expect(first.exitCode, first.stderr).toBe(0);
      workspace.write("src/a.txt", "two");
      return [first, await run()];
    },
);

test("strange entries", async ({ carry }) => {
  const [first, second] = await carry(String.raw`
: > empty
echo '#!/bin/sh' > script; chmod 755 script; chown 1000:2000 script
printf 'a name with a newline' > "$(printf 'x\ny')"
printf 'not UTF-8' > "$(printf '\377\376x')"
printf 'UTF-8' > ü
printf dash > ./-rf
long=$(printf '%0250d' 7); printf long > "$long"
deep=$(printf '%0120d' 1); mkdir -p "$deep/$deep/$deep/$deep/$deep/$deep/$deep/$deep"; printf deep > "$deep/$deep/$deep/$deep/$deep/$deep/$deep/$deep/file"
printf several > first; ln first second; mkdir dir; ln first dir/third
ln -s first link; ln -s /etc/passwd out; ln -s ../../.. dir/up; ln -s nowhere "$(printf 'link\n\376')"
chown -h 77:78 link; touch -h -d @1000000000 link
printf begin > sparse; truncate -s 40M sparse; printf end >> sparse
mkdir -p sealed/inside; printf kept > sealed/inside/file; chmod 444 sealed/inside/file
mkdir sticky; chmod 3777 sticky
touch -d @1000000000 script; touch -d @1 empty; touch -d @1200000000 sticky dir
chmod 555 sealed/inside sealed; touch -d @1300000000 sealed/inside sealed`);
  expect(first.mounts).toMatchObject([{ save: { outcome: "saved" } }]);
  expect(second.mounts, second.stderr).toMatchObject([
    { restore: { outcome: "restored" }, save: { outcome: "unchanged" } },
  ]);
  expect(first.found["after"]).toMatch(/^3\d lines [0-9a-f]{64}/);
  expect(second.found["before"]).toBe(first.found["after"]);
});

test("a hundred thousand files", { timeout: 600_000 }, async ({ carry }) => {
  const [first, second] = await carry(String.raw`
for d in 0 1 2 3 4 5 6 7 8 9; do
  mkdir -p many/$d
  (cd many/$d && awk -v d=$d 'BEGIN { for (i = 0; i < 10000; i++) { f = "file" i; print d, i > f; if (i % 10 == 0) for (j = 0; j < 50; j++) print j, i > f; close(f) } }')
done`);
  expect(first.mounts).toMatchObject([{ save: { outcome: "saved", files: 100_001 } }]);
  expect(second.mounts, second.stderr).toMatchObject([
    { restore: { outcome: "restored", files: 100_001 }, save: { outcome: "unchanged", storedBytes: 0 } },
  ]);
  expect(second.found["before"]).toBe(first.found["after"]);
});
