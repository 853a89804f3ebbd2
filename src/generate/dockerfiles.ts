import { basename, relative } from "node:path";
import type { Plan } from "../bake/model.ts";
import type { Diagnostic } from "../diagnostics/error.ts";
import { manageDockerfile } from "../dockerfile/manage.ts";
import { placeOfDockerfile, readIfFile, type ReadText } from "../source/dockerfiles.ts";
import type { GeneratedFile } from "./file.ts";
import { wholeTarget } from "../source/target-mounts.ts";

export interface EmittedDockerfiles {
  /** Those with markers, and those with a template beside them. */
  readonly files: readonly GeneratedFile[];
  readonly findings: readonly Diagnostic[];
}

export interface EmitDockerfileOptions {
  /** Folder that findings show files from. */
  readonly cwd: string;
  readonly readText?: ReadText;
}

/**
 * emit: the Dockerfiles of all targets that are on this machine, each once, with the flags that their markers ask for.
 * A Dockerfile with `<name>.hbs` beside it is made from that.
 * @param dir absolute folder of the config
 */
export async function emitDockerfiles(
  plan: Plan,
  dir: string,
  options: EmitDockerfileOptions,
): Promise<EmittedDockerfiles> {
  const paths = new Set<string>();
  for (const target of Object.values(plan.targets)) {
    const place = placeOfDockerfile(wholeTarget(target), dir);
    if (place.kind === "file") paths.add(place.path);
  }
  const files: GeneratedFile[] = [];
  const findings: Diagnostic[] = [];
  for (const path of [...paths].toSorted()) {
    const emitted = await emitDockerfile(plan, path, options);
    if (emitted.file !== null) files.push(emitted.file);
    findings.push(...emitted.findings);
  }
  return { files, findings };
}

async function emitDockerfile(
  plan: Plan,
  path: string,
  { cwd, readText = readIfFile }: EmitDockerfileOptions,
): Promise<{ readonly file: GeneratedFile | null; readonly findings: readonly Diagnostic[] }> {
  const { project, mounts } = plan;
  const templatePath = `${path}.hbs`;
  const template = readText(templatePath);
  const before = readText(path);
  let source = before;
  let isForeign = false;
  if (template !== null) {
    // The compiler of templates is large, and most projects have none.
    const { isFromTemplate, renderTemplate } = await import("../dockerfile/template.ts");
    const file = relative(cwd, templatePath);
    const rendered = renderTemplate(template, { file, name: basename(templatePath), project, mounts });
    if (rendered.text === null) return { file: null, findings: rendered.findings };
    source = rendered.text;
    isForeign = before !== null && !isFromTemplate(before);
  }
  if (source === null) return { file: null, findings: [] };
  const file = relative(cwd, path);
  const managed = manageDockerfile(source, {
    file: template === null ? file : `${file} (made from its template)`,
    project,
    mounts,
  });
  if (template === null && !managed.isMarked) return { file: null, findings: [] };
  if (source.includes("\ufffd")) {
    return {
      file: null,
      findings: [
        {
          code: "BK2079",
          message: `${file} is not UTF-8`,
          hint: "convert it, or remove its markers",
          span: { file, line: 1, column: 1 },
        },
      ],
    };
  }
  return { file: { kind: "dockerfile", path, content: managed.text, before, isForeign }, findings: managed.findings };
}
