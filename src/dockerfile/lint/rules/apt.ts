import { isWithin } from "../paths.ts";
import { programOf } from "../../shell-commands.ts";
import { allSteps, type Edit, type LintFinding, type LintProject, stepsBefore } from "../rule.ts";
import { rootImage } from "../images.ts";
import type { MountUse } from "../mount-use.ts";
import type { Step } from "../walk.ts";

const archives = "/var/cache/apt";
const lists = "/var/lib/apt";

/** apt locks its folders and fails where another build holds the lock; the builder must let it wait instead. */
export function* checkAptSharing(project: LintProject): Iterable<LintFinding> {
  for (const { file, step } of allSteps(project)) {
    if (!runsApt(step)) continue;
    for (const mount of step.mounts) {
      if (mount.type !== "cache" || mount.target === null || mount.sharing === "locked") continue;
      if (!isWithin(mount.target, archives) && !isWithin(mount.target, lists)) continue;
      const isDeclared = Object.values(project.mounts ?? {}).some(({ id }) => id === mount.id);
      yield {
        code: "BK6010",
        at: { file, range: mount.flag.range },
        message: `apt uses ${mount.target}, which is ${mount.sharing}: of two builds at once one fails`,
        hint: isDeclared ? "declare the mount with sharing: locked" : "add sharing=locked",
        // Without an id of its own a mount's sharing is part of the step's cache key.
        edits: mount.id === null || isDeclared ? [] : lock(mount.flag.range, file.dockerfile.text),
      };
    }
  }
}

function lock({ start, end }: { readonly start: number; readonly end: number }, text: string): readonly Edit[] {
  const flag = text.slice(start, end);
  const given = /(?<=[=,])sharing=\w+/.exec(flag);
  if (given !== null)
    return [{ start: start + given.index, end: start + given.index + given[0].length, text: "sharing=locked" }];
  return /["'\\]/.test(flag) ? [] : [{ start: end, end, text: ",sharing=locked" }];
}

/** Images of Debian and Ubuntu have apt delete what it downloaded. */
export function* checkDockerClean(project: LintProject): Iterable<LintFinding> {
  for (const { file, step } of allSteps(project)) {
    const mount = archiveMount(step);
    if (mount === undefined || !isDebian(rootImage(step.stage))) continue;
    const before = stepsBefore(step);
    // Said once for each chain of stages.
    if ([...before, step].some(keepsArchives) || before.some((each) => archiveMount(each) !== undefined)) continue;
    yield {
      code: "BK6011",
      at: { file, range: mount.flag.range },
      message: "the image makes apt delete what it downloads, so this mount stays empty",
      hint: 'run `rm -f /etc/apt/apt.conf.d/docker-clean` before, and write `Binary::apt::APT::Keep-Downloaded-Packages "true";` to a file there',
    };
  }
}

/** The mount in which apt is to keep what it downloads. */
function archiveMount(step: Step): MountUse | undefined {
  if (!runsApt(step)) return undefined;
  return step.mounts.find(({ type, target }) => type === "cache" && target !== null && isWithin(target, archives));
}

function runsApt({ commands }: Step): boolean {
  return commands.some((command) => {
    const program = programOf(command);
    return (
      (program === "apt-get" || program === "apt") &&
      command.words.some((word) => /^(?:install|update|upgrade|dist-upgrade|full-upgrade|build-dep)$/.test(word))
    );
  });
}

function keepsArchives({ instruction, copy }: Step): boolean {
  if (copy?.path !== undefined && copy.path !== null && isWithin(copy.path, "/etc/apt")) return true;
  return /docker-clean|Keep-Downloaded-Packages/.test(instruction.args) || instruction.heredocs.length > 0;
}

const debian = /^(?:.*\/)?(?:debian|ubuntu|buildpack-deps)(?::|@|$)/;
/** Official images that are made from Debian where their tag names no other system. */
const onDebian =
  /^(?:docker\.io\/)?(?:library\/)?(?:golang|node|python|ruby|rust|php|perl|openjdk|gcc|nginx|httpd|postgres|redis)(?::|@|$)/;

function isDebian(image: string | null): boolean {
  if (image === null) return false;
  if (debian.test(image)) return true;
  return onDebian.test(image) && !/alpine|windows|nanoserver|oracle/.test(image);
}
