import { expect, test } from "vitest";
import type { Buildx } from "../../src/builder/buildx.ts";
import { requireFlags } from "../../src/build/require-flags.ts";

const help = `Build from a file

Flags:
  -f, --file stringArray       Build definition file
      --future string          What nobody here knows, such as --scope
  -z, --zest                   Another
`;

function fakeBuildx(stdout = help) {
  const asked: (readonly string[])[] = [];
  const exec: Buildx["exec"] = async (args) => {
    asked.push(args);
    return { exitCode: 0, stdout, stderr: "" };
  };
  return { asked, finding: Promise.resolve({ exec }) };
}

test("buildx is not asked where every flag is known", async () => {
  const { asked, finding } = fakeBuildx();
  await requireFlags("bake", [], finding);
  expect(asked).toEqual([]);
});

test("a flag of a newer buildx is its own business", async () => {
  const { asked, finding } = fakeBuildx();
  const unknown = ["--future", "-z", "--zest"].map((flag) => ({ flag, guess: undefined }));
  await requireFlags("build", unknown, finding);
  expect(asked).toEqual([["build", "--help"]]);
});

test("what neither has is refused, all at once", async () => {
  const { finding } = fakeBuildx();
  const unknown = [
    { flag: "--scope", guess: "--read-scope or --write-scope" },
    { flag: "--future", guess: undefined },
    { flag: "-x", guess: undefined },
  ];
  await expect(requireFlags("bake", unknown, finding)).rejects.toMatchObject({
    findings: [
      { code: "BK1001", hint: "did you mean --read-scope or --write-scope?" },
      { code: "BK1001", message: "unknown flag -x: neither bkcache bake nor the installed buildx has it" },
    ],
  });
});

test("a buildx that does not answer has no such flag", async () => {
  const finding = Promise.reject(new Error("no buildx"));
  await expect(requireFlags("bake", [{ flag: "--nosuch", guess: undefined }], finding)).rejects.toMatchObject({
    code: "BK1001",
  });
});
