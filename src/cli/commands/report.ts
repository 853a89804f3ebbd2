import type { Command } from "commander";
import { makeReportPage, requireOtherFile, writeReportPage } from "../../run/report.ts";
import type { CommandContext } from "../command.ts";

export function configure(command: Command, { host, reporter }: CommandContext): Command {
  return command
    .argument("<file...>", "reports that `bkcache bake --report FILE` has written")
    .requiredOption("-o, --output <file>", "the page to write; - is standard output")
    .addHelpText(
      "after",
      `
Makes one page of one or several reports: what each build did when and what its end waited for, why steps ran, what each cache
cost and gave, and the mounts. The page needs no network and no other file, and has no values of arguments or variables.
`,
    )
    .action(async (files: readonly string[], { output }: { readonly output: string }) => {
      if (output !== "-") requireOtherFile(host, output, files);
      const page = await makeReportPage(host, files);
      if (output === "-") reporter.result(page);
      else await writeReportPage(host, output, page);
    });
}
