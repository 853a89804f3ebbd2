import { expect, test } from "vitest";
import { parseDockerfile } from "../../src/dockerfile/parse.ts";
import { mayTakeFiles } from "../../src/dockerfile/takes-files.ts";

test.each([
  ["COPY a b", true],
  ["ADD a b", true],
  ["copy --from=x a b", true],
  ["COPY --link=false a b", true],
  ["ONBUILD COPY a b", true],
  ["RUN --mount=type=bind,target=/s x", true],
  ["RUN --mount=target=/s x", true],
  ["RUN --mount=type=cache,target=/c --mount=type=bind,target=/s x", true],
  ["RUN --mount=type=$TYPE,target=/s x", true],
  ["COPY --link a b", false],
  ["ADD --link a b", false],
  ["RUN --mount=type=cache,target=/c --mount=type=secret,id=s --mount=type=ssh --mount=type=tmpfs,target=/t x", false],
  ["RUN x", false],
  ["LABEL a=b", false],
])("%s: %s", (line, may) => {
  expect(mayTakeFiles(parseDockerfile(`FROM scratch\n${line}\n`))).toBe(may);
});
