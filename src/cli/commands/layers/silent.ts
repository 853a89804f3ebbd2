import { exitCodeOf } from "../../../diagnostics/codes.ts";
import type { Diagnostic } from "../../../diagnostics/error.ts";
import type { CommandContext } from "../../command.ts";

interface Answers {
  readonly places: readonly { readonly findings: readonly Diagnostic[] }[];
  readonly silent: readonly { readonly backend: string; readonly findings: readonly Diagnostic[] }[];
}

/** Says what was found besides, and which backends failed: the command was asked for all of them. */
export function reportFindings({ places, silent }: Answers, context: CommandContext): void {
  const { host, reporter } = context;
  for (const finding of places.flatMap(({ findings }) => findings)) host.tell({ ...finding, level: "warning" });
  const errors = silent.flatMap(({ findings }) => findings);
  reporter.findings(errors, "error");
  if (errors.length > 0) context.setExitCode(Math.max(...errors.map(({ code }) => exitCodeOf(code))));
}

/** The same for `--json`. */
export function silentJson({ silent }: Pick<Answers, "silent">): readonly object[] {
  return silent.map(({ backend, findings: [first] }) => ({
    backend,
    error: first === undefined ? null : { code: first.code, message: first.message },
  }));
}

/** Findings are told, and no part of a result. */
export function withoutFindings(places: readonly object[]): readonly object[] {
  return places.map((place) => Object.fromEntries(Object.entries(place).filter(([key]) => key !== "findings")));
}
