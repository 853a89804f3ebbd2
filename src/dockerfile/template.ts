import Handlebars from "handlebars";
import { spanOfOffset } from "../config/source-map.ts";
import type { ResolvedMount } from "../config/resolved.ts";
import type { Diagnostic } from "../diagnostics/error.ts";
import { declareTargetArch, unknownMount } from "./manage.ts";
import { renderMountFlag } from "./mount-flag.ts";
import { parseDockerfile } from "./parse.ts";

export interface TemplateOptions {
  /** The template as findings show it. */
  readonly file: string;
  /** Its name, as the header of the Dockerfile shows it. */
  readonly name: string;
  readonly project: string;
  readonly mounts: Readonly<Record<string, ResolvedMount>>;
}

export type Rendered =
  | { readonly text: string; readonly findings: readonly [] }
  | { readonly text: null; readonly findings: readonly Diagnostic[] };

const mark = /^# Written by bkcache from /m;

/** Whether bkcache wrote a Dockerfile from a template: the comments at its top say so. */
export function isFromTemplate(text: string): boolean {
  const [top = ""] = /^(?:[ \t]*(?:#[^\n]*)?\r?\n)*/.exec(text.replace(/^\ufeff/, "")) ?? [];
  return mark.test(top);
}

/**
 * The Dockerfile of a Handlebars template. `{{mounts "a" "b"}}` gives the flags of mounts, `{{env "a"}}` what their
 * tools want in ENV, `{{project}}` the project; nothing else is defined, and nothing is escaped.
 */
export function renderTemplate(source: string, options: TemplateOptions): Rendered {
  const { escape } = parseDockerfile(source);
  const findings: Diagnostic[] = [];
  const handlebars = Handlebars.create();
  const mountsNamed = (names: readonly unknown[], { loc }: Handlebars.HelperOptions & { readonly loc?: Location }) =>
    names.flatMap((name) => {
      const mount = Object.hasOwn(options.mounts, String(name)) ? options.mounts[String(name)] : undefined;
      if (mount !== undefined) return [mount];
      findings.push({ ...unknownMount(String(name), options.mounts), ...spanOf(source, options.file, loc) });
      return [];
    });
  handlebars.registerHelper("mounts", (...args: unknown[]) => {
    const names = args.slice(0, -1);
    return mountsNamed(names, args.at(-1) as Handlebars.HelperOptions)
      .map((mount) => renderMountFlag(mount, escape))
      .join(" ");
  });
  handlebars.registerHelper("env", (...args: unknown[]) =>
    mountsNamed(args.slice(0, -1), args.at(-1) as Handlebars.HelperOptions)
      .flatMap(({ env }) => Object.entries(env))
      .map(([name, value]) => `${name}=${quoted(value, escape)}`)
      .join(" "),
  );
  let text: string;
  try {
    const knownHelpers = { mounts: true, env: true };
    text = handlebars.compile(source, { noEscape: true, strict: true, knownHelpers })({ project: options.project });
  } catch (error) {
    return { text: null, findings: [failure(error, source, options.file)] };
  }
  if (findings.length > 0) return { text: null, findings };
  return { text: withHeader(declareTargetArch(text, options), options.name), findings: [] };
}

interface Location {
  readonly start: { readonly line: number; /** From 0. */ readonly column: number };
}

function spanOf(source: string, file: string, loc: Location | undefined): Pick<Diagnostic, "span"> {
  if (loc === undefined) return {};
  const lineStart = source
    .split("\n")
    .slice(0, loc.start.line - 1)
    .reduce((sum, line) => sum + line.length + 1, 0);
  return { span: spanOfOffset(source, file, lineStart + loc.start.column) };
}

/** A parser's error has its line in the text, an error of a name its place in fields. */
function failure(error: unknown, source: string, file: string): Diagnostic {
  const {
    message = String(error),
    lineNumber,
    column,
  } = error as Partial<Error & { lineNumber: number; column: number }>;
  const [head = "", ...rest] = message.split("\n");
  const line = lineNumber ?? Number(/on line (\d+)/.exec(head)?.[1] ?? 1);
  const reason = head.startsWith("Parse error")
    ? `it does not parse: ${rest.at(-1) ?? ""}`
    : head.replace(/ - \d+:\d+$/, "").replace(/^("[^"]*") not defined in .*/, "$1 is not one of its names");
  return {
    code: "BK2078",
    message: `the template cannot be rendered: ${reason}`,
    hint: "a literal {{ is written \\{{",
    ...spanOf(source, file, { start: { line, column: column ?? 0 } }),
  };
}

function quoted(value: string, escape: string): string {
  if (/^[\w./:@%+,=-]+$/.test(value)) return value;
  return `"${value.replaceAll(/["$\\`]/g, (found) => (/["$]/.test(found) || found === escape ? escape + found : found))}"`;
}

/** Below the directives, which only count in front of all other comments. */
function withHeader(text: string, name: string): string {
  const { bodyStart, eol } = parseDockerfile(text);
  const header = `# Written by bkcache from ${name}: change that file and run "bkcache generate", not this one.`;
  return `${text.slice(0, bodyStart)}${header}${eol}${text.slice(bodyStart)}`;
}
