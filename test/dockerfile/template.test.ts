import { describe, expect, test } from "vitest";
import { isFromTemplate, renderTemplate, type TemplateOptions } from "../../src/dockerfile/template.ts";

const mount = { sharing: "shared", perArch: false, key: [], persist: true } as const;
const options: TemplateOptions = {
  file: "Dockerfile.hbs",
  name: "Dockerfile.hbs",
  project: "shop",
  mounts: {
    gomod: { ...mount, id: "shop-gomod", target: "/go/pkg/mod", env: { GOMODCACHE: "/go/pkg/mod" } },
    gobuild: { ...mount, id: "shop-gobuild-${TARGETARCH}", target: "/c", env: { GOFLAGS: 'a "b" $c \\' } },
  },
};
const header = '# Written by bkcache from Dockerfile.hbs: change that file and run "bkcache generate", not this one.';
const gomod = "--mount=type=cache,id=shop-gomod,target=/go/pkg/mod";

test.each<[string, string, string]>([
  ["flags", 'FROM a\nRUN {{mounts "gomod"}} go\n', `${header}\nFROM a\nRUN ${gomod} go\n`],
  [
    "variables",
    'FROM a\nENV {{env "gomod" "gobuild"}}',
    `${header}\nFROM a\nENV GOMODCACHE=/go/pkg/mod GOFLAGS="a \\"b\\" \\$c \\\\"`,
  ],
  ["the project", "FROM a\nLABEL x={{project}}", `${header}\nFROM a\nLABEL x=shop`],
  ["nothing is escaped", "FROM a\nRUN echo \"<&>\" '\\{{x}}'", `${header}\nFROM a\nRUN echo "<&>" '{{x}}'`],
  [
    "directives stay first",
    "# syntax=x\r\n# escape=`\r\nFROM a\r\n",
    `# syntax=x\r\n# escape=\`\r\n${header}\r\nFROM a\r\n`,
  ],
  ["a byte order mark too", "\ufeffFROM a", `\ufeff${header}\nFROM a`],
  [
    "TARGETARCH is declared",
    'FROM a\nRUN {{mounts "gobuild"}} go\n',
    `${header}\nFROM a\nARG TARGETARCH\nRUN --mount=type=cache,id=shop-gobuild-\${TARGETARCH},target=/c go\n`,
  ],
])("%s", (_, source, expected) => {
  const { text } = renderTemplate(source, options);
  expect(text).toBe(expected);
  expect(isFromTemplate(expected)).toBe(true);
});

test("a Dockerfile without the header, or with it further down, is not ours", () => {
  expect(isFromTemplate("# syntax=x\nFROM a")).toBe(false);
  expect(isFromTemplate(`FROM a\n${header}\n`)).toBe(false);
  expect(isFromTemplate(`# a\n\n${header}\nFROM a`)).toBe(true);
});

describe("findings", () => {
  test.each<[string, string, string, string]>([
    ["an unknown mount", 'FROM a\nRUN {{mounts "gomd"}} x', "BK2075", "2:5"],
    ["an unknown mount of env", 'FROM a\nENV {{env "x"}}', "BK2075", "2:5"],
    ["an unknown name", "FROM a\n\nRUN {{nope}}", "BK2078", "3:7"],
    ["an unknown helper", 'FROM a\nRUN {{nope "a"}}', "BK2078", "2:7"],
    ["no template", "FROM a\nRUN {{mounts\n", "BK2078", "2:1"],
  ])("%s", (_, source, code, place) => {
    const { text, findings } = renderTemplate(source, options);
    expect(text).toBeNull();
    expect(findings.map(({ message }) => message).join()).not.toContain("[object");
    expect(findings.map(({ code, span }) => [code, `${span?.line}:${span?.column}`])).toEqual([[code, place]]);
  });
});
