import { posix } from "node:path";
import { calledCommands } from "../../../config/presets.ts";
import { copiedPaths, stageOf } from "../copied-paths.ts";
import { stagesWith } from "../later.ts";
import type { PlacedCommand } from "../outputs.ts";
import { isWithin } from "../paths.ts";
import { allSteps, type LintFile, type LintFinding, type LintProject } from "../rule.ts";
import { stepMounts } from "../step-mounts.ts";
import { keepsEnvironments } from "../environments.ts";
import { toolFolder } from "../tool-folders.ts";
import { toolRunsOf } from "../tools.ts";
import type { Step } from "../walk.ts";

interface Kind {
  readonly folder: RegExp;
  /** Programs that install into it. */
  readonly installs: ReadonlySet<string>;
  /** Programs that need what is in it. */
  readonly uses: ReadonlySet<string>;
}

const set = (text: string) => new Set(text.split(" "));
const kinds: readonly Kind[] = [
  {
    folder: /\/node_modules$/,
    installs: set("npm pnpm yarn bun"),
    uses: set(
      "node npm npx pnpm yarn bun bunx next nuxt vite tsc ts-node tsx pm2 nodemon ng nest react-scripts vue-cli-service",
    ),
  },
  {
    folder: /\/\.?(?:venv|virtualenv|site-packages|dist-packages)$/,
    installs: set("pip uv poetry pdm pipenv"),
    uses: set(
      "python uv poetry pdm pipenv gunicorn uvicorn celery flask django-admin fastapi hypercorn daphne pytest streamlit",
    ),
  },
  { folder: /\/vendor$/, installs: set("composer"), uses: set("php composer php-fpm frankenphp apache2-foreground") },
  {
    folder: /^\/usr\/local\/bundle$|\/vendor\/bundle$/,
    installs: set("bundle gem"),
    uses: set("bundle ruby rails rake puma sidekiq unicorn rackup"),
  },
];

/** A folder of installed files is wanted in the image, and in a mount it is not. */
export function* checkInstalledMounts(project: LintProject): Iterable<LintFinding> {
  for (const { file, step } of allSteps(project)) {
    if (step.instruction.keyword !== "RUN") continue;
    for (const { target, range, use } of stepMounts(project, file, step)) {
      if (holdsEnvironments(file, step, target)) {
        yield {
          code: "BK6023",
          at: { file, range },
          message: `poetry makes its virtual environment in ${target} too, so that it stays in the mount`,
          hint: "set POETRY_VIRTUALENVS_IN_PROJECT=true before, or mount the folder artifacts in it",
        };
        continue;
      }
      const kind = kinds.find(({ folder }) => folder.test(target));
      // With `from` it begins with what another stage has installed.
      if (kind === undefined || (use !== null && use.from !== null)) continue;
      if (!step.commands.some((command) => runs(command, kind.installs, true))) continue;
      if (step.commands.some((command) => copiesOut(command, target))) continue;
      const missing = missedBy(file, step, { target, kind });
      if (missing === null) continue;
      yield {
        code: "BK6023",
        at: { file, range },
        message: `what is installed into ${target} stays in the mount, and ${missing} lacks it`,
        hint: "mount the cache of the package manager and not the folder that it installs into",
      };
    }
  }
}

/** Whether poetry installs into an environment that lies in the mount. */
function holdsEnvironments(file: LintFile, step: Step, target: string): boolean {
  const run = toolRunsOf(step).find(
    ({ name, called }) => name === "poetry" && /^(?:install|sync|add)$/.test(called[1] ?? ""),
  );
  const folder = run === undefined ? null : toolFolder(file, run, step);
  return folder !== null && isWithin(`${folder.path}/virtualenvs`, target) && keepsEnvironments(step);
}

const installing = /^(?:ci|install|i|add|sync|require|update|clean-install|fetch|pip)$/;

function runs({ words }: PlacedCommand, programs: ReadonlySet<string>, isInstall: boolean): boolean {
  return calledCommands(words).some(([program = "", first]) => {
    if (!programs.has(program)) return false;
    return !isInstall || first === undefined || first.startsWith("-") || installing.test(first);
  });
}

function copiesOut({ words, mentions }: PlacedCommand, target: string): boolean {
  const program = posix.basename(words[0] ?? "");
  return (
    /^(?:cp|mv|tar|rsync|install|cpio|zip)$/.test(program) &&
    mentions.some((path) => isWithin(path, target) || isWithin(target, path))
  );
}

/** Who wants it, as a noun; null where nobody is seen to. */
function missedBy(
  file: LintFile,
  step: Step,
  { target, kind }: { readonly target: string; readonly kind: Kind },
): string | null {
  const stages = stagesWith(file, step);
  for (const { chain } of stages) {
    for (const later of chain.slice(chain.indexOf(step) + 1)) {
      const { keyword, line } = later.instruction;
      const needs = later.commands.some(
        (command) => runs(command, kind.uses, false) || command.mentions.some((path) => isWithin(path, target)),
      );
      if (!needs || later.mounts.some((mount) => mount.target !== null && isWithin(target, mount.target))) continue;
      return keyword === "RUN" ? `the RUN of line ${line}` : `the image that starts by line ${line}`;
    }
  }
  for (const { steps } of file.walks) {
    for (const other of steps) {
      for (const { from, path } of copiedPaths(other)) {
        const stage = stageOf(file, from, other);
        if (stage === null || path === null || !stages.includes(stage)) continue;
        // Of the folder itself it is said elsewhere.
        if (path !== target && isWithin(target, path)) return `the copy of ${path} in line ${other.instruction.line}`;
      }
    }
  }
  return null;
}
