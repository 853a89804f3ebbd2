import { expect, test } from "vitest";
import { splitBuildArgs } from "../../src/bake/build-argv.ts";

const split = (line: string) => splitBuildArgs(line.split(" "), { cwd: "/here" });

test("the session that people copy", () => {
  expect(split(". -t my-go-app")).toEqual({
    unknown: [],
    own: { locked: false, strict: false, help: false },
    context: ".",
    buildArgs: {},
    buildContexts: [],
    platforms: [],
    isBuild: true,
    cacheFrom: [],
    cacheTo: [],
    passthrough: ["-t", "my-go-app"],
  });
});

test("build arguments and contexts, which decide what the Dockerfile's mounts are", () => {
  const args = split(
    ". --build-arg A=b=c --build-arg FROM_ENV --build-context busybox=/b --build-context=x=docker-image://y",
  );
  expect(args).toMatchObject({ buildArgs: { A: "b=c", FROM_ENV: null }, buildContexts: ["busybox", "x"] });
});

test("everything that bkcache must know", () => {
  const args = split(
    "--tag=a -tb -f d/Dockerfile --target t --platform linux/amd64,linux/arm64 --platform linux/386 --metadata-file m --builder ci --progress plain --no-cache --push --load --cache-from x --cache-to=type=inline --cache read --strict ctx",
  );
  expect(args).toMatchObject({
    own: { cache: "read", strict: true },
    context: "ctx",
    file: "d/Dockerfile",
    target: "t",
    platforms: ["linux/amd64", "linux/arm64", "linux/386"],
    metadataFile: "/here/m",
    builder: "ci",
    isBuild: true,
    cacheFrom: ["x"],
    cacheTo: ["type=inline"],
  });
  expect(args.passthrough.join(" ")).toBe(
    "--tag=a -tb -f d/Dockerfile --target t --platform linux/amd64,linux/arm64 --platform linux/386 --progress plain --no-cache --push --load --cache-from x --cache-to=type=inline",
  );
});

test.each([
  ["--build-arg A=1 --secret id=x,src=y --ssh default .", ".", "--build-arg A=1 --secret id=x,src=y --ssh default"],
  ["-qt a .", ".", "-q -t a"],
  ["-m 1g -c 2 .", ".", "-m 1g -c 2"],
  ["-o type=local,dest=x -", "-", "-o type=local,dest=x"],
  ["--new x .", ".", "--new x"],
  ["--new .", ".", "--new"],
  ["-x .", ".", "-x"],
  ["https://h/x.git --pull", "https://h/x.git", "--pull"],
  ["--shm-size 1g --ulimit n=1 --add-host a:b .", ".", "--shm-size 1g --ulimit n=1 --add-host a:b"],
])("%s", (line, context, passthrough) => {
  const args = split(line);
  expect(args.context).toBe(context);
  expect(args.passthrough.join(" ")).toBe(passthrough);
});

test.each([
  ["--check .", false],
  ["--check=false .", true],
  ["--call outline .", false],
  ["--call=build .", true],
])("%s builds: %s", (line, isBuild) => {
  expect(split(line).isBuild).toBe(isBuild);
});

test.each([
  ["-t x", "no context given"],
  [". ..", "one context is taken, and these are 2: . .."],
  [". -t", "-t needs a value"],
  ["--locked .", "--locked is a flag of bake: build reads no docker-bake.hcl"],
])("%s is BK1002", (line, message) => {
  expect(() => split(line)).toThrow(expect.objectContaining({ code: "BK1002", message }));
});

test("help needs no context", () => {
  expect(split("--help").own.help).toBe(true);
});
