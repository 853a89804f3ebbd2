import { expect, test } from "vitest";
import { ejectDockerfile } from "../../src/init/eject.ts";

test.each([
  ["no marker", "FROM a\n# a comment\nRUN b\n", "FROM a\n# a comment\nRUN b\n"],
  [
    "a marker, flags stay",
    "FROM a\n# bkcache: gomod gobuild\nRUN --mount=type=cache,id=x,target=/x go build\n",
    "FROM a\nRUN --mount=type=cache,id=x,target=/x go build\n",
  ],
  ["beside another comment", "FROM a\n# why\n  # bkcache: npm\n# more\nRUN b\n", "FROM a\n# why\n# more\nRUN b\n"],
  ["CRLF", "FROM a\r\n# bkcache: npm\r\nRUN b\r\n", "FROM a\r\nRUN b\r\n"],
  ["lint's own comment", "FROM a\n# bkcache-ignore BK6001\nRUN b\n", "FROM a\nRUN b\n"],
  ["in a heredoc it is text", "FROM a\nRUN <<E\n# bkcache: npm\nE\n", "FROM a\nRUN <<E\n# bkcache: npm\nE\n"],
  ["at the end of the file", "FROM a\n# bkcache: npm", "FROM a\n"],
  ["the header of a template", "# Written by bkcache from Dockerfile.hbs: change that file.\nFROM a\n", "FROM a\n"],
  ["at the start", "# bkcache: npm\nFROM a\n", "FROM a\n"],
])("%s", (_name, text, ejected) => {
  expect(ejectDockerfile(text)).toBe(ejected);
  expect(ejectDockerfile(ejected)).toBe(ejected);
});
