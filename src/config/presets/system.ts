import { argv, type MountPreset, plain } from "./preset.ts";

const aptCommands = argv(
  "apt-get update",
  "apt-get install",
  "apt-get upgrade",
  "apt-get dist-upgrade",
  "apt-get build-dep",
  "apt update",
  "apt install",
  "apt upgrade",
  "apt full-upgrade",
);

/** Debian's images delete what is downloaded after each run; both lines are needed to keep it. */
const keepDownloads = `RUN rm -f /etc/apt/apt.conf.d/docker-clean && echo 'Binary::apt::APT::Keep-Downloaded-Packages "true";' > /etc/apt/apt.conf.d/keep-cache`;
const dnfCommands = argv(
  "dnf install",
  "dnf update",
  "dnf upgrade",
  "dnf makecache",
  "dnf builddep",
  "dnf group install",
  "microdnf install",
  "microdnf update",
  "microdnf upgrade",
);
const keepPackages = "RUN echo 'keepcache=True' >> /etc/dnf/dnf.conf";

/** Package managers of distributions: each locks something outside of the mount, so the builder must lock the mount. */
export const systemPresets = {
  apt: {
    ...plain,
    holds: "downloaded packages",
    target: "/var/cache/apt",
    sharing: "locked",
    sharingReason: "apt cannot share the folder: it fails where another apt has locked it",
    archDependent: true,
    env: {},
    foundWithoutEnv: "as-root",
    setup: [keepDownloads],
    commands: aptCommands,
    notes: [
      "apt keeps its lists of packages in a second folder: declare apt-lists too, and give both to the same RUN.",
      "The images of Debian and Ubuntu delete every download (/etc/apt/apt.conf.d/docker-clean) until that is turned off.",
      "`rm -rf /var/lib/apt/lists/*` and `apt-get clean` at the end of the RUN empty the mounts: remove them.",
    ],
    source: "https://manpages.debian.org/stable/apt/apt-get.8.en.html#FILES",
  },
  "apt-lists": {
    ...plain,
    holds: "lists of the packages that there are",
    target: "/var/lib/apt",
    sharing: "locked",
    sharingReason: "apt cannot share the folder: it fails where another apt has locked it",
    archDependent: true,
    env: {},
    foundWithoutEnv: "as-root",
    commands: aptCommands,
    notes: [
      "The second folder of apt: the packages themselves are in apt.",
      "Run `apt-get update` in the same RUN as `apt-get install`: the lists are not in the image.",
      "`rm -rf /var/lib/apt/lists/*` at the end of the RUN empties the mount: remove it.",
    ],
    source: "https://manpages.debian.org/stable/apt/apt-get.8.en.html#FILES",
  },
  apk: {
    ...plain,
    holds: "downloaded packages and the index",
    target: "/etc/apk/cache",
    sharing: "locked",
    sharingReason: "apk's lock is with its database and not in the folder, so that other builds do not see it",
    archDependent: true,
    env: {},
    foundWithoutEnv: "as-root",
    commands: argv("apk add", "apk upgrade", "apk update", "apk fetch"),
    notes: [
      "apk keeps packages as soon as /etc/apk/cache exists, which the mount sees to.",
      "`apk add --no-cache` leaves the mount unused: write `apk add --update` instead.",
    ],
    source: "https://wiki.alpinelinux.org/wiki/Local_APK_cache",
  },
  dnf: {
    ...plain,
    holds: "metadata of repositories and downloaded packages of dnf 4",
    target: "/var/cache/dnf",
    sharing: "locked",
    sharingReason: "dnf's lock is not in the folder alone, so that other builds do not see it",
    archDependent: true,
    env: {},
    foundWithoutEnv: "as-root",
    setup: [keepPackages],
    commands: [...dnfCommands, ...argv("yum install", "yum update", "yum makecache")],
    alternatives: ["dnf5"],
    notes: [
      "For dnf 4 (RHEL and its kin up to 10, Fedora up to 40); dnf 5 has another folder: take dnf5.",
      "dnf deletes packages after it has installed them unless `keepcache` is set.",
      "`dnf clean all` at the end of the RUN empties the mount: remove it.",
    ],
    source: "https://dnf.readthedocs.io/en/latest/conf_ref.html",
  },
  dnf5: {
    ...plain,
    holds: "metadata of repositories and downloaded packages of dnf 5",
    target: "/var/cache/libdnf5",
    sharing: "locked",
    sharingReason: "dnf's lock is not in the folder alone, so that other builds do not see it",
    archDependent: true,
    env: {},
    foundWithoutEnv: "as-root",
    setup: [keepPackages],
    commands: [...dnfCommands, ...argv("dnf5 install", "dnf5 upgrade", "dnf5 makecache")],
    alternatives: ["dnf"],
    notes: [
      "For dnf 5 (Fedora from 41 on); dnf 4 has another folder: take dnf.",
      "dnf deletes packages after it has installed them unless `keepcache` is set.",
      "`dnf clean all` at the end of the RUN empties the mount: remove it.",
    ],
    source: "https://dnf5.readthedocs.io/en/latest/misc/caching.7.html",
  },
} as const satisfies Record<string, MountPreset>;
