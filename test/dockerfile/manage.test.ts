import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ManageOptions, manageDockerfile } from "../../src/dockerfile/manage.ts";
import { isManagedFlag } from "../../src/dockerfile/managed-flags.ts";
import { readMarkers } from "../../src/dockerfile/markers.ts";
import { renderMountFlag } from "../../src/dockerfile/mount-flag.ts";
import { type Dockerfile, type Instruction, parseDockerfile } from "../../src/dockerfile/parse.ts";
import { arbitraryDockerfile, declaredMounts } from "./arbitrary-dockerfile.ts";

const options: ManageOptions = { file: "Dockerfile", project: "shop", mounts: declaredMounts };
const gomod = "--mount=type=cache,id=shop-gomod,target=/go/pkg/mod";
const gobuild = "--mount=type=cache,id=shop-gobuild-${TARGETARCH},target=/root/.cache/go-build,mode=0700";
const apt = "--mount=type=cache,id=shop-apt,target=/var/cache/apt,sharing=locked,uid=1";

function manage(text: string): string {
  const result = manageDockerfile(text, options);
  expect(result.findings).toEqual([]);
  expect(manageDockerfile(result.text, options)).toEqual({ ...result, text: result.text });
  return result.text;
}

describe("the flags of a marked RUN", () => {
  test.each<[string, string, string]>([
    ["one, on one line", "RUN go", `RUN ${gomod} go`],
    ["in lower case", "run go", `run ${gomod} go`],
    ["a RUN of several lines gets a line", "RUN go \\\n  build", `RUN ${gomod} \\\n  go \\\n  build`],
    ["with its indentation", "RUN \\\n\tgo \\\n\tbuild", `RUN \\\n\t${gomod} \\\n\tgo \\\n\tbuild`],
    ["a heredoc is no second line", "RUN <<E\ngo\nE", `RUN ${gomod} <<E\ngo\nE`],
    ["exec form", 'RUN ["go"]', `RUN ${gomod} ["go"]`],
    ["in front of the user's flags", "RUN --network=none go", `RUN ${gomod} --network=none go`],
    ["before a -- that ends the flags", "RUN -- go", `RUN ${gomod} -- go`],
    ["right already", `RUN --network=none   ${gomod} \\\n\n # x\n go`, `RUN --network=none   ${gomod} \\\n\n # x\n go`],
    ["another target", "RUN --mount=type=cache,id=shop-gomod,target=/old go", `RUN ${gomod} go`],
    ["a renamed mount", "RUN --mount=type=cache,id=shop-mods,target=/go/pkg/mod go", `RUN ${gomod} go`],
    ["in its place", `RUN --a=b --mount=type=cache,id=shop-x,target=/x --c=d go`, `RUN --a=b ${gomod} --c=d go`],
    ["quoted", `RUN "--mount=type=cache" go`, `RUN ${gomod} "--mount=type=cache" go`],
    ["a flag over two lines", "RUN --mount=type=cache,\\\nid=shop-gomod,target=/old \\\n go", `RUN ${gomod} \\\n go`],
    ["one too many", `RUN ${gomod} \\\n    ${apt} \\\n    go`, `RUN ${gomod} \\\n    go`],
    [
      "comments of one that goes stay",
      `RUN ${gomod} \\\n  ${apt} \\\n  # why\n  go`,
      `RUN ${gomod} \\\n  \\\n  # why\n  go`,
    ],
    [
      "a mount of the user's with an id of his own",
      "RUN --mount=type=cache,id=mine,target=/x go",
      `RUN ${gomod} --mount=type=cache,id=mine,target=/x go`,
    ],
    [
      "a secret with the project's name",
      "RUN --mount=type=secret,id=shop-token go",
      `RUN ${gomod} --mount=type=secret,id=shop-token go`,
    ],
  ])("%s", (_, run, expected) => {
    expect(manage(`FROM a\n# bkcache: gomod\n${run}\n`)).toBe(`FROM a\n# bkcache: gomod\n${expected}\n`);
  });

  test.each<[string, string, string]>([
    ["two get a line each", "RUN go", `RUN ${gomod} \\\n    ${apt} \\\n    go`],
    ["also where one is there", `RUN ${gomod} go`, `RUN ${gomod} \\\n    ${apt} \\\n    go`],
    ["indented as the RUN is", "  RUN go", `  RUN ${gomod} \\\n      ${apt} \\\n      go`],
    ["before a heredoc", "RUN <<E\ngo\nE", `RUN ${gomod} \\\n    ${apt} \\\n    <<E\ngo\nE`],
    ["in the order of the marker", `RUN ${apt} ${gomod} go`, `RUN ${gomod} \\\n    ${apt} \\\n    go`],
    ["behind one with a comment", `RUN ${gomod} \\\n  # why\n  go`, `RUN ${gomod} \\\n  ${apt} \\\n  # why\n  go`],
    ["right already, on one line", `RUN ${gomod} ${apt} go`, `RUN ${gomod} ${apt} go`],
  ])("%s", (_, run, expected) => {
    expect(manage(`FROM a\n# bkcache: gomod apt\n${run}\n`)).toBe(`FROM a\n# bkcache: gomod apt\n${expected}\n`);
  });

  test.each<[string, string, string]>([
    [
      "markers add up, comments may stand between",
      "# bkcache: gomod\n# x\n#bkcache:apt gomod\nRUN go",
      `RUN ${gomod} \\\n    ${apt} \\\n    go`,
    ],
    ["a marker without names takes them away", `# bkcache:\nRUN ${gomod} --network=none go`, "RUN --network=none go"],
    [
      "without a marker nothing is touched",
      `RUN --mount=type=cache,id=shop-gomod,target=/old go`,
      "RUN --mount=type=cache,id=shop-gomod,target=/old go",
    ],
    ["a comment that only begins so", `# bkcache-ignore BK6001\n# bkcache\nRUN go`, "RUN go"],
  ])("%s", (_, text, expected) => {
    expect(
      manage(`FROM a\n${text}`)
        .split("\n")
        .slice(text.split("\n").findIndex((line) => !line.startsWith("#")) + 1)
        .join("\n"),
    ).toBe(expected);
  });

  test("CRLF, backtick, byte order mark, no last line end", () => {
    const head = "\ufeff# escape=`\r\nFROM a\r\n# bkcache: gomod apt\r\n";
    expect(manage(`${head}RUN dir C:\\`)).toBe(`${head}RUN ${gomod} \`\r\n    ${apt} \`\r\n    dir C:\\`);
  });
});

describe("ARG TARGETARCH", () => {
  test.each<[string, string, string]>([
    [
      "above the comments of the first RUN that needs it",
      "FROM a\nRUN x\n\n# why\n# bkcache: gobuild\nRUN go\n# bkcache: gobuild\nRUN go\n",
      `FROM a\nRUN x\n\nARG TARGETARCH\n# why\n# bkcache: gobuild\nRUN ${gobuild} go\n# bkcache: gobuild\nRUN ${gobuild} go\n`,
    ],
    [
      "in each stage",
      "FROM a\n# bkcache: gobuild\nRUN go\nFROM b\n# bkcache: gobuild\nrun go",
      `FROM a\nARG TARGETARCH\n# bkcache: gobuild\nRUN ${gobuild} go\nFROM b\narg TARGETARCH\n# bkcache: gobuild\nrun ${gobuild} go`,
    ],
    [
      "not where it is declared",
      "FROM a\nARG V TARGETARCH=x\n# bkcache: gobuild\nRUN go",
      `FROM a\nARG V TARGETARCH=x\n# bkcache: gobuild\nRUN ${gobuild} go`,
    ],
    [
      "a global one does not count",
      "ARG TARGETARCH\nFROM a\n# bkcache: gobuild\nRUN go",
      `ARG TARGETARCH\nFROM a\nARG TARGETARCH\n# bkcache: gobuild\nRUN ${gobuild} go`,
    ],
    [
      "nor one below",
      "FROM a\n# bkcache: gobuild\nRUN go\nARG TARGETARCH\n",
      `FROM a\nARG TARGETARCH\n# bkcache: gobuild\nRUN ${gobuild} go\nARG TARGETARCH\n`,
    ],
    [
      "with the RUN's indentation and line end",
      "FROM a\r\n  # bkcache: gobuild\r\n  RUN go\r\n",
      `FROM a\r\n  ARG TARGETARCH\r\n  # bkcache: gobuild\r\n  RUN ${gobuild} go\r\n`,
    ],
  ])("%s", (_, text, expected) => {
    expect(manage(text)).toBe(expected);
  });
});

describe("findings have a place, and then nothing is edited", () => {
  test.each<[string, string, string, string, string?]>([
    ["an unknown mount", "FROM a\n# bkcache: gomod gobiuld\nRUN go", "BK2075", "2:18", "did you mean gobuild?"],
    ["a marker above COPY", "FROM a\n# bkcache: gomod\nCOPY a b", "BK2076", "2:1"],
    ["above ONBUILD", "FROM a\n  # bkcache: gomod\nONBUILD RUN x", "BK2076", "2:3"],
    ["above an empty line", "FROM a\n# bkcache: gomod\n\nRUN x", "BK2076", "2:1"],
    ["at the end", "FROM a\n# bkcache: gomod", "BK2076", "2:1"],
    ["above FROM", "# bkcache: gomod\nFROM a", "BK2076", "1:1"],
    ["inside of a RUN", "FROM a\nRUN a \\\n# bkcache: gomod\n b", "BK2076", "3:1"],
    ["above a RUN without a command", "FROM a\n# bkcache: gomod\nRUN", "BK2076", "2:1"],
    [
      "a flag of the user's for the folder",
      "FROM a\n# bkcache: gomod\nRUN --mount=type=cache,target=/go/pkg/mod/ go",
      "BK2077",
      "3:5",
    ],
    ["of any kind", "FROM a\n# bkcache: gomod\nRUN --mount=type=bind,dst=/go//pkg/mod go", "BK2077", "3:5"],
  ])("%s", (_, text, code, place, hint) => {
    const result = manageDockerfile(text, options);
    expect(result.text).toBe(text);
    expect(result.findings.map(({ code, span }) => [code, `${span?.line}:${span?.column}`])).toEqual([[code, place]]);
    if (hint !== undefined) expect(result.findings[0]?.hint).toBe(hint);
  });

  test("two names for one folder", () => {
    const mounts = { ...declaredMounts, again: { ...declaredMounts.gomod, id: "shop-again" } };
    const { findings } = manageDockerfile("FROM a\n# bkcache: gomod again\nRUN go", { ...options, mounts });
    expect(findings).toMatchObject([{ code: "BK2077", span: { line: 2, column: 18 } }]);
  });

  test("all at once, in the order of the file", () => {
    const text = "FROM a\n# bkcache: x\nRUN a\n# bkcache: y\nCOPY a b\n# bkcache: z\nRUN b";
    expect(manageDockerfile(text, options).findings.map(({ span }) => span?.line)).toEqual([2, 4, 6]);
  });
});

describe("on Dockerfiles of every shape", () => {
  const isMarked = ({ text }: Dockerfile, run: Instruction) =>
    run.keyword === "RUN" && readMarkers(run.comments, text).length > 0;

  /** All that an edit must leave as it is: instructions without managed flags of marked RUNs, and ARGs put in. */
  function skeleton(text: string) {
    const dockerfile = parseDockerfile(text);
    const { directives, instructions, comments } = dockerfile;
    return {
      directives,
      comments: comments.map((comment) => comment.text),
      instructions: instructions
        .filter(({ keyword, args }) => keyword !== "ARG" || args !== "TARGETARCH")
        .map((each) => ({
          keyword: each.keyword,
          args: each.args,
          heredocs: each.heredocs.map(({ range }) => text.slice(range.start, range.end)),
          above: each.comments.map((comment) => comment.text),
          flags: each.flags
            .filter((flag) => !isMarked(dockerfile, each) || !isManagedFlag(flag, options))
            .map(({ range }) => text.slice(range.start, range.end)),
        })),
    };
  }

  test("the edit changes managed flags and nothing else, and a second one nothing at all", () => {
    fc.assert(
      fc.property(arbitraryDockerfile, (text) => {
        const edited = manageDockerfile(text, options);
        expect(manageDockerfile(edited.text, options)).toEqual(edited);
        if (edited.findings.length > 0) {
          expect(edited.text).toBe(text);
          return;
        }
        expect(skeleton(edited.text)).toEqual(skeleton(text));
        const dockerfile = parseDockerfile(edited.text);
        for (const run of dockerfile.instructions.filter((each) => isMarked(dockerfile, each))) {
          const names = new Set(
            readMarkers(run.comments, edited.text).flatMap(({ names }) => names.map(({ name }) => name)),
          );
          const flags = run.flags.filter((flag) => isManagedFlag(flag, options));
          expect(flags.map(({ range }) => edited.text.slice(range.start, range.end))).toEqual(
            [...names].map((name) =>
              renderMountFlag(declaredMounts[name as keyof typeof declaredMounts], dockerfile.escape),
            ),
          );
        }
      }),
      { numRuns: 1000 },
    );
  });

  test("what stands outside of the flags of marked RUNs stays byte by byte", () => {
    fc.assert(
      fc.property(arbitraryDockerfile, (text) => {
        const edited = manageDockerfile(text, options).text;
        const outside = (source: string) => {
          const dockerfile = parseDockerfile(source);
          let rest = source;
          for (const run of dockerfile.instructions.toReversed()) {
            if (isMarked(dockerfile, run)) rest = rest.slice(0, run.range.start) + rest.slice(run.flagsEnd);
          }
          return rest.replaceAll(/^[ \t]*arg TARGETARCH\r?\n/gim, "");
        };
        expect(outside(edited)).toBe(outside(text));
      }),
      { numRuns: 500 },
    );
  });
});
