import { isWithin } from "../paths.ts";
import { programOf } from "../../shell-commands.ts";
import { allSteps, type Edit, type LintFinding, type LintProject, stepsBefore } from "../rule.ts";
import { knownImage, rootImage } from "../images.ts";
import { keepsDownloads } from "../keeps-downloads.ts";
import type { MountUse } from "../mount-use.ts";
import { toolRunsOf } from "../tools.ts";
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

/** Images of Debian and Ubuntu have apt delete what it downloaded; dnf and yum do so unless they are told to keep it. */
export function* checkDockerClean(project: LintProject): Iterable<LintFinding> {
  for (const { file, step } of allSteps(project)) {
    const image = rootImage(step.stage);
    const apt = archiveMount(step);
    const dnf = packagesMount(step);
    const before = stepsBefore(step);
    // Said once for each chain of stages.
    if ([...before, step].some(keepsDownloads)) continue;
    if (apt !== undefined && isDebian(image) && !before.some((each) => archiveMount(each) !== undefined)) {
      yield {
        code: "BK6011",
        at: { file, range: apt.flag.range },
        message: "the image makes apt delete what it downloads, so this mount stays empty",
        hint: 'run `rm -f /etc/apt/apt.conf.d/docker-clean` before, and write `Binary::apt::APT::Keep-Downloaded-Packages "true";` to a file there',
      };
    }
    if (dnf !== undefined && isRedHat(image) && !before.some((each) => packagesMount(each) !== undefined)) {
      yield {
        code: "BK6011",
        at: { file, range: dnf.flag.range },
        message: "dnf deletes packages after it has installed them, so this mount keeps metadata alone",
        hint: "run `echo 'keepcache=True' >> /etc/dnf/dnf.conf` before, or give `--setopt=keepcache=1`",
      };
    }
  }
}

/** The mount in which dnf or yum are to keep what they download. */
function packagesMount(step: Step): MountUse | undefined {
  const isRun = toolRunsOf(step).some(({ name }) => name === "dnf" || name === "dnf5");
  if (!isRun) return undefined;
  return step.mounts.find(
    ({ type, target }) =>
      type === "cache" && target !== null && /^\/var\/cache\/(?:dnf|libdnf5|yum)(?:\/|$)/.test(target),
  );
}

/** Images whose dnf or yum keeps nothing by itself. */
function isRedHat(image: string | null): boolean {
  const name = knownImage(image)?.name ?? "";
  return /^(?:fedora|rockylinux|almalinux|centos|amazonlinux|oraclelinux|registry\.access\.redhat\.com\/.*)$/.test(
    name,
  );
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

const debian = /^(?:.*\/)?(?:debian|ubuntu|buildpack-deps)(?::|@|$)/;
/** Official images that are made from Debian where their tag names no other system. */
const onDebian =
  /^(?:docker\.io\/)?(?:library\/)?(?:golang|node|python|ruby|rust|php|perl|openjdk|gcc|nginx|httpd|postgres|redis)(?::|@|$)/;

function isDebian(image: string | null): boolean {
  if (image === null) return false;
  if (debian.test(image)) return true;
  return onDebian.test(image) && !/alpine|windows|nanoserver|oracle/.test(image);
}
