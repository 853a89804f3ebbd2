/** docs/lint.md: every rule with an example that breaks it, what is said of it, and one that keeps it. */
import { codes } from "../../src/diagnostics/codes.ts";
import { lintRules } from "../../src/dockerfile/lint/table.ts";
import { lintFixture, readFixture } from "../dockerfile/lint/run-fixture.ts";

const head = `# What lint finds

Written from src/dockerfile/lint/table.ts and src/diagnostics/codes.ts by \`npm run codegen\`; the examples are the fixtures of the
tests, and what stands below each is what \`bkcache lint\` says of it.

\`\`\`
bkcache lint [DOCKERFILE|TARGET|GROUP...] [--fix] [--strict] [--quiet|--json|--sarif]
\`\`\`

Without names it looks at every Dockerfile that the config builds; without a config, at those of the folder: \`Dockerfile\`,
\`Dockerfile.*\`, \`*.Dockerfile\`, and \`Containerfile\` likewise. It asks no builder; with \`bake:\` it asks buildx which targets
there are. What bake refuses stops nothing here: where a variable must be set and is not, something stands in for it, else lint looks
at all Dockerfiles of the folder, and says why. A Dockerfile that is written into the config, lies on another machine, or whose path holds a variable is not
looked at.

It exits 1 where a finding has the level error, with \`--strict\` also for warnings. \`rules\` of the config change a level, or turn
a code off:

\`\`\`yaml
rules: { BK6003: off, BK6013: error }
\`\`\`

A comment directly above an instruction takes findings away from it, one before the first instruction from the whole file. Words
after the codes are the reason. A comment that takes nothing away is a finding itself.

\`\`\`dockerfile
# bkcache-ignore-file BK6013 the build of a sandbox
FROM node:24
ARG NPM_TOKEN
# bkcache-ignore BK6003,BK6006 the registry is on this machine
RUN --mount=type=cache,target=/work npm ci
\`\`\`

\`--fix\` mends what it can without changing the image, in place, and looks again: flags, clean-up of mounts, and the markers of declared
mounts with their flags. What it leaves is printed as without it. A Dockerfile that has a template beside it is left alone. What a
build may well pass is never an error, unless \`rules\` say so. \`bkcache generate\` says the findings as
warnings; its exit code does not depend on them. \`--json\` prints an object with \`version\` and \`findings\`, a list of records with \`code\`, \`level\`, \`file\`, \`line\`, \`column\`,
\`endLine\`, \`endColumn\`, \`message\`, \`hint\` and \`fixable\`; \`--sarif\` prints SARIF 2.1.0, which code scanning takes.
`;

/** @returns {Promise<string>} */
export async function renderLintPage() {
  const ids = Object.keys(codes).filter((code) => code.startsWith("BK6"));
  const rows = ids.map((code) => {
    const { title, level } = codes[code];
    return `| [${code}](#${code.toLowerCase()}) | ${title} | ${level} | ${lintRules[code]?.fixes ? "some" : "no"} |`;
  });
  const sections = [];
  for (const code of ids) sections.push(await renderSection(code));
  return [head, "| code | what | level | `--fix` |", "|---|---|---|---|", ...rows, "", sections.join("\n"), ""]
    .join("\n")
    .replace(/\n+$/, "\n");
}

async function renderSection(code) {
  const { title, help, level } = codes[code];
  const rule = lintRules[code];
  const fails = readFixture(code, "fails");
  const passes = readFixture(code, "passes");
  const { findings } = await lintFixture(fails);
  const said = findings.map(({ code: found, span, message, hint }) => {
    const line = `${span.file}:${span.line}:${span.column} ${found} ${message}`;
    return hint === undefined
      ? line
      : `${line}
  -> ${hint}`;
  });
  return [
    `## <a id="${code.toLowerCase()}"></a>${code}: ${title}`,
    "",
    `${help} Level: ${level}.${rule?.needsConfig ? " Needs a config." : ""}${rule === undefined ? "" : ` ([source](${rule.source}))`}`,
    ...(rule?.fixes ? ["", `\`--fix\` ${rule.fixes}.`] : []),
    "",
    ...block("yaml", fails.config),
    ...block("dockerfile", fails.dockerfile),
    ...block("text", `${said.join("\n")}\n`),
    "Instead:",
    "",
    ...(fails.config === passes.config ? [] : block("yaml", passes.config)),
    ...(fails.dockerfile === passes.dockerfile ? [] : block("dockerfile", passes.dockerfile)),
  ].join("\n");
}

function block(language, text) {
  return text === null ? [] : [`\`\`\`${language}`, text.trimEnd(), "```", ""];
}
