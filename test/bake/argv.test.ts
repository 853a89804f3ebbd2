import { describe, expect, test } from "vitest";
import { bakeFlags, splitBakeArgs } from "../../src/bake/argv.ts";
import { isRemote, parseOciLayout } from "../../src/bake/location.ts";

const cwd = "/home/me/app";
const split = (line: string | readonly string[]) =>
  splitBakeArgs(typeof line === "string" ? line.split(" ").filter(Boolean) : line, { cwd });

describe("bkcache's own flags", () => {
  test("are taken out, in both forms, wherever they stand", () => {
    const args = split(
      "api --cache=off --read-scope main --strict -f a.hcl --report r.json --write-scope=x --locked --config c.ts web",
    );
    expect(args.own).toEqual({
      cache: "off",
      readScope: "main",
      writeScope: "x",
      report: "r.json",
      config: "c.ts",
      locked: true,
      strict: true,
      help: false,
    });
    expect(args).toMatchObject({ targets: ["api", "web"], passthrough: [] });
  });

  test("a switch takes true and false, the last of two counts, -h is help", () => {
    expect(split("--strict=false --cache off --cache read -h").own).toMatchObject({
      strict: false,
      cache: "read",
      help: true,
    });
  });

  test("a report goes to a file, since standard output is buildx's", () => {
    expect(() => split("--report -")).toThrow(expect.objectContaining({ code: "BK1002" }));
  });

  test.each(["--cache", "--cache=", "--report"])("%s alone is BK1002", (line) => {
    expect(() => split(line)).toThrow(
      expect.objectContaining({ code: "BK1002", message: expect.stringContaining("needs a value") }),
    );
  });
});

describe("what passes through", () => {
  test.each<readonly [string, readonly string[], readonly string[]]>([
    ["--push --no-cache a", ["--push", "--no-cache"], ["a"]],
    ["--progress plain a", ["--progress", "plain"], ["a"]],
    ["--progress=plain a", ["--progress=plain"], ["a"]],
    ["a -j 4 b --jobs=2", ["-j", "4", "--jobs=2"], ["a", "b"]],
    ["-j4 a", ["-j4"], ["a"]],
    ["-j=4 a", ["-j=4"], ["a"]],
    ["-Dj 4 a", ["-D", "-j", "4"], ["a"]],
    ["-Dj4 a", ["-D", "-j4"], ["a"]],
    ["-D=false a", ["-D=false"], ["a"]],
    [
      "--pull=false --sbom true --provenance mode=max a",
      ["--pull=false", "--sbom", "true", "--provenance", "mode=max"],
      ["a"],
    ],
    ["--policy strict=true a", ["--policy", "strict=true"], ["a"]],
    ["--list targets", ["--list", "targets"], []],
    ["--call check,format=json a", ["--call", "check,format=json"], ["a"]],
    ["--check a", ["--check"], ["a"]],
    ["--new=x a", ["--new=x"], ["a"]],
    ["--new x a", ["--new", "x"], ["a"]],
    ["--new --push a", ["--new", "--push"], ["a"]],
    ["--new", ["--new"], []],
    ["-x y a", ["-x", "y"], ["a"]],
    ["--push -- --odd -f", ["--push"], ["--odd", "-f"]],
    ["--allow network.host --allow=ssh a", ["--allow", "network.host", "--allow=ssh"], ["a"]],
    ["--allow fs=* a", ["--allow", "fs=*"], ["a"]],
  ])("%s", (line, passthrough, targets) => {
    expect(split(line)).toMatchObject({ passthrough, targets });
  });

  test.each<readonly [string, readonly string[]]>([
    ["--var A=1 --var=B= a", ["--var", "A=1", "--var=B="]],
    ["--set a.args.X=1 a", ["--set", "a.args.X=1"]],
    ["--set=a.args.X a", ["--set=a.args.X"]],
    ["--set broken a", ["--set", "broken"]],
  ])("%s changes the definition", (line, overrides) => {
    expect(split(line)).toMatchObject({ overrides, passthrough: [], targets: ["a"] });
  });

  test("a word after an unknown flag is its value", () => {
    expect(split("--new web api")).toMatchObject({ passthrough: ["--new", "web"], targets: ["api"] });
    expect(split("--progress api")).toMatchObject({ passthrough: ["--progress", "api"], targets: [] });
  });

  test.each(["--set", "-f", "--progress", "-Df"])("%s without its value is BK1002", (line) => {
    expect(() => split(line)).toThrow(expect.objectContaining({ code: "BK1002" }));
  });
});

describe("what bkcache must know", () => {
  test("everything at once", () => {
    const args = split(
      "-f a.hcl --file=b.json -fc.hcl -f=/d.yml -f - --builder ci --metadata-file m.json --push --load=false --no-cache --progress tty -j 2 x",
    );
    expect(args).toMatchObject({
      files: ["/home/me/app/a.hcl", "/home/me/app/b.json", "/home/me/app/c.hcl", "/d.yml", "-"],
      builder: "ci",
      metadataFile: "/home/me/app/m.json",
      mode: "build",
      remote: null,
      targets: ["x"],
      passthrough: ["--push", "--load=false", "--no-cache", "--progress", "tty", "-j", "2"],
    });
    expect(args.flags).toEqual([
      "--file",
      "--builder",
      "--metadata-file",
      "--push",
      "--load",
      "--no-cache",
      "--progress",
      "--jobs",
    ]);
  });

  test.each([
    ["", "build"],
    ["--print", "print"],
    ["--print=false", "build"],
    ["--list=targets", "list"],
    ["--list-variables", "list"],
    ["--print --list=targets", "list"],
    ["--check", "call"],
    ["--call=build", "build"],
    ["--call outline,format=json", "call"],
  ])("%s: %s", (line, mode) => {
    expect(split(line).mode).toBe(mode);
  });

  test.each([
    ["https://example.com/a.git", { definition: "https://example.com/a.git", context: null }, []],
    ["git@example.com:a/b.git x", { definition: "git@example.com:a/b.git", context: null }, ["x"]],
    [
      "github.com/a/b https://example.com/c.git x",
      { definition: "github.com/a/b", context: "https://example.com/c.git" },
      ["x"],
    ],
    ["x https://example.com/a.git", null, ["x", "https://example.com/a.git"]],
  ])("a definition from elsewhere: %s", (line, remote, targets) => {
    expect(split(line)).toMatchObject({ remote, targets });
  });

  test("files of a definition from elsewhere are files there", () => {
    expect(split("-f sub/a.hcl -f cwd://b.hcl https://example.com/a.git").files).toEqual(["sub/a.hcl", "cwd://b.hcl"]);
  });
});

describe("--set", () => {
  test.each([
    ["a.context=sub", "a.context=/home/me/app/sub"],
    ["a.context=..", "a.context=/home/me"],
    ["a.cache-to=type=local,dest=x", "a.cache-to=type=local,dest=/home/me/app/x"],
    ["a.cache-from+=type=local,src=../x", "a.cache-from+=type=local,src=/home/me/x"],
    ["*.cache-to=", "*.cache-to="],
    ["a.cache-from=acme/a:cache", "a.cache-from=acme/a:cache"],
    ["a.cache-to=type=registry,ref=a/b,dest=x", "a.cache-to=type=registry,ref=a/b,dest=x"],
    ["a.context=/x", "a.context=/x"],
    ["a.context=https://h/x.git", "a.context=https://h/x.git"],
    ["a.context=cwd://sub", "a.context=cwd://sub"],
    ["a.contexts.b=../b", "a.contexts.b=/home/me/b"],
    ["a.contexts.b=target:c", "a.contexts.b=target:c"],
    ["a.contexts.b.c=docker-image://x", "a.contexts.b.c=docker-image://x"],
    [
      "a.contexts.b=oci-layout://l:v1@sha256:".concat("0".repeat(64)),
      "a.contexts.b=oci-layout:///home/me/app/l:v1@sha256:".concat("0".repeat(64)),
    ],
    ["a.output=out", "a.output=/home/me/app/out"],
    ["a.output=-", "a.output=-"],
    ["a.output=type=local,dest=out", "a.output=type=local,dest=/home/me/app/out"],
    ["a.output+=type=tar,dest=-", "a.output+=type=tar,dest=-"],
    ['a.output=type=oci,"dest=o,ut"', 'a.output=type=oci,"dest=/home/me/app/o,ut"'],
    ["a.output=type=registry", "a.output=type=registry"],
    ["a.secrets=id=x,src=s", "a.secrets=id=x,src=/home/me/app/s"],
    ["a.secrets+=id=x,source=s", "a.secrets+=id=x,source=/home/me/app/s"],
    ["a.secret.x=src=s", "a.secret.x=src=/home/me/app/s"],
    ["a.secrets=type=env,id=x,src=S", "a.secrets=type=env,id=x,src=S"],
    ["a.ssh=default=k,/l", "a.ssh=default=/home/me/app/k,/l"],
    ["a.ssh=default", "a.ssh=default"],
    ["a.dockerfile=sub/Dockerfile", "a.dockerfile=sub/Dockerfile"],
    ["a.args.PATH=sub", "a.args.PATH=sub"],
    ["a.context=", "a.context="],
  ])("%s becomes %s", (value, expected) => {
    expect(split(["--set", value]).overrides).toEqual(["--set", expected]);
  });

  test("and is returned taken apart", () => {
    expect(split(["--set", "a*.contexts.b.c+=x=y", "--set", "b.args.X"]).sets).toEqual([
      { pattern: "a*", key: "contexts", sub: "b.c", value: "/home/me/app/x=y", append: true },
      { pattern: "b", key: "args", sub: "X", value: null, append: false },
    ]);
  });
});

test.each([
  ["fs.read=../x", "fs.read=/home/me/x"],
  ["fs.write=x", "fs.write=/home/me/app/x"],
  ["fs=/x", "fs=/x"],
  ["fs.read=*", "fs.read=*"],
  ["image.push=x", "image.push=x"],
])("--allow %s becomes %s", (value, expected) => {
  const args = split(["--allow", value]);
  expect(args.passthrough).toEqual(["--allow", expected]);
});

test.each([
  ["https://h/x", true],
  ["http://h/x.tar.gz", true],
  ["git://h/x", true],
  ["ssh://git@h/x", true],
  ["git@h:x", true],
  ["github.com/a/b", true],
  ["HTTPS://h/x.git", true],
  ["HTTPS://h/x", false],
  ["./git@h:x", false],
  ["sub", false],
  ["/abs", false],
  ["docker-image://x", false],
  ["target:x", false],
])("isRemote %s: %s", (location, expected) => {
  expect(isRemote(location)).toBe(expected);
});

test.each([
  ["oci-layout://a/b", { path: "a/b", suffix: "" }],
  ["oci-layout://a/b:v1", { path: "a/b", suffix: ":v1" }],
  ["oci-layout:///a@sha256:".concat("a".repeat(64)), { path: "/a", suffix: `@sha256:${"a".repeat(64)}` }],
  ["sub", null],
])("parseOciLayout %s", (location, expected) => {
  expect(parseOciLayout(location)).toEqual(expected);
});

test.each([
  ["--strct api", "--strct", "--strict"],
  ["--push --no-cach", "--no-cach", "--no-cache"],
  ["--scope main", "--scope", "--read-scope or --write-scope"],
  ["--attest-everything api --push", "--attest-everything", undefined],
  ["-x", "-x", undefined],
])("a flag that nobody here knows is named, with what may be meant: %s", (line, flag, guess) => {
  const { unknown, passthrough } = split(line);
  expect(passthrough).toContain(flag);
  expect(unknown).toEqual([{ flag, guess }]);
});

test("all flags of buildx, its hidden and global ones and those of bkcache are known", () => {
  const { letters, switches, values } = bakeFlags;
  const line = [...Object.keys(letters).map((letter) => `-${letter}=1`), ...switches.map((name) => `--${name}`)];
  expect(split([...line, ...values.map((name) => `--${name}=x`), "--strict", "--cache=off"].join(" ")).unknown).toEqual(
    [],
  );
});
