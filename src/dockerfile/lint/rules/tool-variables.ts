import { posix } from "node:path";
import type { MountUse } from "../mount-use.ts";
import type { PlacedCommand } from "../outputs.ts";
import { isWithin } from "../paths.ts";
import { allSteps, type LintFinding, type LintProject, rootImage } from "../rule.ts";
import { type ToolRun, toolsOf } from "../tools.ts";
import type { Step } from "../walk.ts";

/** A tool that looks elsewhere leaves the mount empty. */
export function* checkToolVariables(project: LintProject): Iterable<LintFinding> {
  for (const { file, step } of allSteps(project)) {
    const tools = toolsOf(step);
    for (const mount of step.mounts) {
      if (mount.type !== "cache" || mount.target === null) continue;
      const declared = Object.values(project.mounts ?? {}).find(({ id }) => id === mount.id);
      const tool = tools.find(({ name, preset }) => name === declared?.preset || preset.target === mount.target);
      if (tool === undefined || tool.preset.alternatives.length > 0 || isFound(tool, mount, step)) continue;
      const [variable, template] = Object.entries(tool.preset.env).find(([, value]) => placed.test(value)) ?? [];
      if (variable === undefined || template === undefined) continue;
      const value = template.replaceAll("{target}", mount.target).replaceAll("{parent}", posix.dirname(mount.target));
      yield {
        code: "BK6015",
        at: { file, range: mount.flag.range },
        message: `${tool.name} does not look into ${mount.target}: ${variable} is not set`,
        hint: `add \`ENV ${variable}=${/\s/.test(value) ? JSON.stringify(value) : value}\` before the RUN`,
      };
    }
  }
}

/** Whether anything in the Dockerfile, or the image by what it is, leads the tool to the folder. */
function isFound({ name, preset, command }: ToolRun, { target }: MountUse, step: Step): boolean {
  if (target === null) return true;
  const isSet = Object.entries(preset.env).some(
    ([variable, template]) => placed.test(template) && isGiven(variable, command, step),
  );
  // A flag of the command may say it as well.
  if (isSet || command.mentions.some((path) => isWithin(path, target))) return true;
  const goPath = name === "go-mod" ? step.lookup("GOPATH") : null;
  if (typeof goPath === "string" && isWithin(target, goPath)) return true;
  if (preset.foundWithoutEnv === "never" || preset.target === null) return false;
  const inHome = preset.target.replace(/^\/root(?=\/)/, "");
  const isDefault = target === preset.target || (inHome !== preset.target && target.endsWith(inHome));
  return isDefault && (preset.foundWithoutEnv === "as-root" || mayBeOneOf(rootImage(step.stage), preset.images));
}

/** In a value: the folder, or the one above it. */
const placed = /\{(?:target|parent)\}/;

function isGiven(variable: string, command: PlacedCommand, step: Step): boolean {
  if (Object.hasOwn(command.env, variable) || typeof step.lookup(variable) === "string") return true;
  // `export X=...` and what a script sets before.
  return step.instruction.args.includes(variable) || step.commands.some(({ env }) => Object.hasOwn(env, variable));
}

/** Of scratch, and of an image that is no well-known one, nobody knows what is in it. */
function mayBeOneOf(image: string | null, images: readonly string[]): boolean {
  if (image === null || !plainImage.test(image)) return true;
  const name = image.replace(/[:@].*$/, "").replace(/^(?:docker\.io\/)?(?:library\/)?/, "");
  return images.includes(name);
}

/** Images that hold a system alone. */
const plainImage =
  /^(?:docker\.io\/)?(?:library\/)?(?:alpine|debian|ubuntu|fedora|rockylinux|almalinux|busybox)(?::|@|$)/;
