type Settings = Readonly<Record<string, string>>;

/**
 * buildx holds little, and Go would collect each time that it doubles, which takes a twentieth of a build that is all
 * cached (https://go.dev/doc/gc-guide#GOGC).
 */
const rarely: Settings = { GOGC: "400" };

/**
 * Go's collector takes a quarter of the time of a process that has ended before it needs the memory. The limit, far above
 * that, sets it to work after all (https://go.dev/doc/gc-guide#Memory_limit).
 */
const never: Settings = { GOGC: "off", GOMEMLIMIT: "512MiB" };

/** What a run of buildx takes names of variables from. */
export interface Readings {
  /** Whether it reads bake files of the user's own, which may have any variable. */
  readonly hasFiles: boolean;
  /** The run file. */
  readonly input?: string | undefined;
  readonly args: readonly string[];
}

/** For a build. The environment of the user goes before it. */
export function collectRarely(readings: Readings): Settings {
  return mayBeSeen(rarely, readings) ? {} : rarely;
}

/** For what only prints. The environment of the user goes before it. */
export function collectNever(readings: Readings): Settings {
  return mayBeSeen(never, readings) ? {} : never;
}

/** Variables of a bake file, build arguments and secrets come from the environment too, where they have these names. */
function mayBeSeen(settings: Settings, { hasFiles, input = "", args }: Readings): boolean {
  if (hasFiles) return true;
  return [input, ...args].some((text) => Object.keys(settings).some((name) => text.includes(name)));
}
