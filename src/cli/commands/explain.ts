import type { Command } from "commander";
import { type Code, codes, exitCodeOf, factsOf } from "../../diagnostics/codes.ts";
import { docsUrl } from "../../diagnostics/docs.ts";
import { BkcacheError, type Diagnostic } from "../../diagnostics/error.ts";
import { nearest } from "../../diagnostics/nearest.ts";
import type { LintEntry } from "../../dockerfile/lint/table.ts";
import type { CommandContext } from "../command.ts";
import { formatTable, outputWidth } from "../report/table.ts";

const known = (Object.keys(codes) as Code[]).toSorted();

export function configure(command: Command, { reporter }: CommandContext): Command {
  return command
    .argument("[code...]", "codes as messages have them (default: a table of all)")
    .option("--json", "print it as JSON")
    .addHelpText("after", "\nThe same as on the page of all codes in the documentation, without the network.\n")
    .action(async (wanted: readonly string[], options: { readonly json?: true }) => {
      const chosen = wanted.length === 0 ? known : requireCodes(wanted);
      const { entryOf } = await import("../../dockerfile/lint/table.ts");
      if (options.json) {
        const entries = chosen.map((code) => [code, toRecord(code, entryOf(code))] as const);
        reporter.json({ version: 1, codes: Object.fromEntries(entries) });
      } else if (wanted.length === 0) {
        const rows = chosen.map((code) => [code, factsOf(code).level ?? "fixed", factsOf(code).title]);
        const columns = [{ head: "CODE" }, { head: "LEVEL" }, { head: "WHAT", least: 20 }];
        reporter.result(`${formatTable(columns, rows, outputWidth()).join("\n")}\n`);
      } else reporter.result(chosen.map((code) => page(code, entryOf(code))).join("\n"));
    });
}

function requireCodes(wanted: readonly string[]): readonly Code[] {
  const isKnown = (code: string): code is Code => Object.hasOwn(codes, code);
  const upper = wanted.map((code) => code.toUpperCase());
  const unknown = wanted.filter((_, index) => !isKnown(upper[index] ?? ""));
  if (unknown.length > 0) throw BkcacheError.of(unknown.map(unknownCode));
  return upper.filter(isKnown);
}

function unknownCode(code: string): Diagnostic {
  const guess = nearest(code, known);
  const hint = guess === undefined ? "run `bkcache explain` for all codes" : `did you mean ${guess}?`;
  return { code: "BK1002", message: `there is no code "${code}"`, hint };
}

type Linter = Pick<LintEntry, "fixes" | "source"> | undefined;

function page(code: Code, linter: Linter): string {
  const { title, level } = factsOf(code);
  const lines = [
    `${code}: ${title}`,
    "",
    textOf(code),
    "",
    level === undefined
      ? "Its level is fixed."
      : `Its level is ${level}; \`rules: { ${code}: error|warn|off }\` in the config changes it.`,
    ...(linter === undefined
      ? [`A command that ends with it has the exit code ${exitCodeOf(code)}.`]
      : ofLinter(code, linter)),
    addressOf(code),
  ];
  return `${lines.join("\n")}\n`;
}

function ofLinter(code: Code, { fixes, source }: NonNullable<Linter>): readonly string[] {
  return [
    `\`# bkcache-ignore ${code} REASON\` above an instruction takes it away there.`,
    ...(fixes === null ? [] : [`\`bkcache lint --fix\` ${fixes}.`]),
    `It rests on ${source}`,
  ];
}

function toRecord(code: Code, linter: Linter): object {
  const { title, level } = factsOf(code);
  return {
    title,
    help: textOf(code),
    level: level ?? "fixed",
    exitCode: exitCodeOf(code),
    fixes: linter?.fixes ?? null,
    url: addressOf(code),
  };
}

/** Pages of the documentation are not in the package. */
function textOf(code: Code): string {
  return factsOf(code).help.replaceAll(/\[[^\]]*\]\(([\w.-]+\.md)\)/g, (_, file: string) => docsUrl(file));
}

function addressOf(code: Code): string {
  return `${docsUrl(code.startsWith("BK6") ? "lint.md" : "errors.md")}#${code.toLowerCase()}`;
}
