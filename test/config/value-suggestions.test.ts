import { expect, test } from "vitest";
import { readText } from "./support.ts";

test.each([
  ["targets: { a: { cacheTo: ['type=registry,ref=a/b,compression=zst'] } }", "did you mean zstd?"],
  ["targets: { a: { cacheTo: ['type=registry,ref=a/b,mode=maximum'] } }", "did you mean max?"],
  ["targets: { a: { network: hots } }", "did you mean host?"],
  ["variables: { A: { type: strng } }", "did you mean string? "],
  ["rules: { BK20266: off }", "did you mean BK2026?"],
  ["rules: { BK2026: warning }", "did you mean warn?"],
  [
    "backends: { b: { type: s3, bucket: b, region: r, endpointUrl: 'https://x', profile: mino } }",
    "did you mean minio?",
  ],
  ["mounts: { gomod: go-mdo }", "did you mean go-mod?"],
])("%s", async (text, expected) => {
  const { errors } = await readText(text);
  expect(errors.map(({ hint }) => hint).join()).toContain(expected);
});
