import { cleanEnv } from "./env.ts";
import { type FakeDocker, fakeDocker } from "./fake-docker.ts";

type Answers = NonNullable<Parameters<typeof fakeDocker>[1]>["answers"];

const inspected = `Name:          ci
Driver:        docker-container
Nodes:
Name:             ci0
Endpoint:         unix:///var/run/docker.sock
Status:           running
BuildKit version: v0.34.2
Platforms:        linux/amd64
Features:
 Cache export: true
`;

/**
 * A docker whose builder `ci` builds whatever it is asked for, and whose nodes cannot be reached; what it is asked for
 * stands in its calls.
 * @param answers of its own, before these
 */
export function fakeBuildx(
  dir: string,
  answers: Answers = [],
): { readonly docker: FakeDocker; readonly env: Readonly<Record<string, string>> } {
  const docker = fakeDocker(dir, {
    answers: [
      ...(answers ?? []),
      { when: ["buildx", "version"], stdout: "github.com/docker/buildx v0.38.2 abc\n" },
      { when: ["buildx", "inspect"], stdout: inspected },
      { when: ["buildx", "bake"] },
      { when: ["buildx", "build"] },
    ],
  });
  return { docker, env: cleanEnv({ PATH: docker.PATH, HOME: dir, DOCKER_CONFIG: dir, BUILDX_BUILDER: "ci" }) };
}
