/** Flags that take a value and may stand between a program and its subcommand. */
export const valuedFlags: Readonly<Record<string, RegExp>> = {
  apk: /^(?:-[Xp]|--(?:repository|root|arch|keys-dir|repositories-file|cache-dir|cache-max-age|wait|timeout))$/,
  "apt-get": /^(?:-[octa]|--(?:option|config-file|target-release|host-architecture))$/,
  apt: /^(?:-[octa]|--(?:option|config-file|target-release))$/,
  bundle: /^--(?:gemfile|path|jobs|retry)$/,
  bun: /^--(?:cwd|config)$/,
  cargo: /^(?:--config|--color|-C|-Z)$/,
  composer: /^(?:-d|--working-dir)$/,
  conda: /^(?:-[np]|--(?:name|prefix))$/,
  dnf: /^(?:-[cdex]|--(?:setopt|releasever|enablerepo|disablerepo|repo|repoid|config|exclude|installroot))$/,
  go: /^-C$/,
  micromamba: /^(?:-[npr]|--(?:name|prefix|root-prefix))$/,
  npm: /^(?:-[Cw]|--(?:prefix|registry|cache|userconfig|globalconfig|loglevel|workspace))$/,
  pip: /^--(?:timeout|default-timeout|retries|proxy|cache-dir|log|trusted-host|cert|python|index-url)$/,
  pnpm: /^(?:-[CF]|--(?:filter|dir|store-dir|registry|reporter|loglevel))$/,
  poetry: /^(?:-[CP]|--(?:directory|project))$/,
  uv: /^(?:-p|--(?:directory|project|cache-dir|python|config-file|color))$/,
  yarn: /^--(?:cwd|cache-folder|registry|mutex|network-timeout)$/,
  yum: /^(?:-[cdex]|--(?:setopt|releasever|enablerepo|disablerepo|config|exclude|installroot))$/,
};

interface Runner {
  /** Words that must follow the program for it to run another; any of the lists. */
  readonly when: readonly (readonly string[])[];
  /** Flags of it that take a value, behind those words. */
  readonly valued?: RegExp;
  /** Words between those and the program that is run. */
  readonly operands?: number;
  /** It does work of its own too, such as to download what it runs. */
  readonly isItself?: true;
}

const inEnvironment =
  /^(?:-[nper]|--(?:name|prefix|extra|group|with|with-requirements|python|project|package|env-file))$/;
const runners: Readonly<Record<string, Runner>> = {
  asdf: { when: [["exec"]] },
  bundle: { when: [["exec"]] },
  bunx: { when: [[]], isItself: true },
  conda: { when: [["run"]], valued: inEnvironment },
  corepack: { when: [["npm"], ["pnpm"], ["yarn"]] },
  hatch: { when: [["run"]] },
  mamba: { when: [["run"]], valued: inEnvironment },
  micromamba: { when: [["run"]], valued: inEnvironment },
  mise: { when: [["exec"], ["x"]] },
  npm: { when: [["exec"], ["x"]], isItself: true, valued: /^(?:-p|--package)$/ },
  npx: { when: [[]], isItself: true, valued: /^(?:-p|--package)$/ },
  pdm: { when: [["run"]] },
  php: { when: [[]], valued: /^-[dc]$/ },
  pipenv: { when: [["run"]] },
  pnpm: { when: [["exec"], ["dlx"]], isItself: true },
  poetry: { when: [["run"]], isItself: true },
  python: { when: [[]], valued: /^-[WX]$/ },
  rustup: { when: [["run"]], operands: 1 },
  uv: { when: [["run"], ["tool", "run"]], isItself: true, valued: inEnvironment },
  yarn: { when: [["exec"], ["dlx"]], isItself: true },
};

/** What a program runs by the rest of its words; null where it runs nothing that is known. */
export function runnersOf(
  program: string,
  words: readonly string[],
): { readonly words: readonly string[]; readonly isItself: boolean } | null {
  const runner = Object.hasOwn(runners, program) ? runners[program] : undefined;
  const when = runner?.when.find((each) => each.every((word, i) => words[i] === word));
  if (runner === undefined || when === undefined) return null;
  let { operands = 0 } = runner;
  // corepack's word is the program itself.
  let at = program === "corepack" ? 0 : when.length;
  if (program === "python") {
    at = words.indexOf("-m");
    const isModule = at !== -1 && words.slice(0, at).every((word) => word.startsWith("-"));
    return isModule ? { words: words.slice(at + 1), isItself: false } : null;
  }
  for (; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (runner.valued?.test(word) === true) at += 1;
    else if (!word.startsWith("-")) {
      if (operands === 0) break;
      operands -= 1;
    }
  }
  const rest = words.slice(at);
  // Of php only composer is of interest; a script of any other name may do anything.
  if (rest.length === 0 || (program === "php" && !/(?:^|\/)composer(?:\.phar)?$/.test(rest[0] ?? ""))) return null;
  return { words: rest, isItself: runner.isItself === true };
}
