import { describe, expect, test } from "vitest";
import { isCommandOf, presetEnv, type PresetName, presetNames, presets } from "../../src/config/presets.ts";
import { readText } from "./support.ts";

const entries = presetNames.map((name) => [name, presets[name]] as const);

describe("the table of presets", () => {
  test("covers what people build", () => {
    expect(entries.length).toBeGreaterThan(30);
  });

  test.each(entries)("%s is complete and well-formed", (name, preset) => {
    expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(preset.source).toMatch(/^https:\/\/[^\s]+$/);
    expect(preset.commands).not.toEqual([]);
    for (const text of [preset.holds, preset.sharingReason]) expect(text).toMatch(/^[^\s].*[^.\s]$/);
    for (const note of preset.notes) expect(note).toMatch(/[^.]\.$/);
    for (const line of preset.setup) expect(line).toMatch(/^RUN [^\n]+$/);
    // An empty word anywhere but at the end would never match.
    for (const command of preset.commands) {
      for (const [i, word] of command.entries()) {
        expect(word).toMatch(i > 0 && i === command.length - 1 ? /^\S*$/ : /^\S+$/);
      }
    }
  });

  test.each(entries)("%s has a folder that a mount flag can hold, or says that the config must", (_, preset) => {
    if (preset.target === null) expect(preset.notes.join(" ")).toContain("`target` must be given");
    else expect(preset.target).toMatch(/^(\/[\w.-]+)+$/);
  });

  test.each(entries)("%s has variables that a shell can set", (_, preset) => {
    for (const [variable, value] of Object.entries(preset.env)) {
      expect(variable).toMatch(/^[A-Za-z_][A-Za-z0-9_]*$/);
      expect(value.replaceAll(/\{(target|parent)\}/g, "")).toMatch(/^[\w.=/-]*$/);
    }
  });

  test.each(entries)("%s says how its folder is found", (_, preset) => {
    if (preset.foundWithoutEnv === "never") expect(JSON.stringify(preset.env)).toMatch(/\{(target|parent)\}/);
    expect(preset.images.length > 0).toBe(preset.foundWithoutEnv === "in-image");
  });

  test.each(entries)("%s has alternatives that exist, run by the same commands, and name it too", (name, preset) => {
    for (const other of preset.alternatives) {
      expect(presetNames).toContain(other);
      expect(presets[other as PresetName].alternatives).toContain(name);
      expect(preset.notes.join(" ")).toContain(other);
      expect(preset.commands.some((command) => isCommandOf(presets[other as PresetName], command))).toBe(true);
    }
  });

  test("no two have one folder, or one inside of the other's", () => {
    const folders = entries.flatMap(([, { target }]) => (target === null ? [] : [target]));
    for (const [i, folder] of folders.entries()) {
      for (const other of folders.toSpliced(i, 1)) expect(`${other}/`.startsWith(`${folder}/`)).toBe(false);
    }
  });

  test("package managers of distributions and tools that do not lock are locked by the builder", () => {
    for (const name of ["apt", "apt-lists", "apk", "dnf", "dnf5", "maven", "gradle", "cargo-registry"] as const) {
      expect(presets[name].sharing).toBe("locked");
    }
  });
});

describe("the variables of a preset", () => {
  test.each<[PresetName, string, Readonly<Record<string, string>>]>([
    ["go-mod", "/go/pkg/mod", { GOMODCACHE: "/go/pkg/mod" }],
    ["uv", "/cache/uv", { UV_CACHE_DIR: "/cache/uv", UV_LINK_MODE: "copy" }],
    ["cargo-registry", "/root/.cargo/registry", { CARGO_HOME: "/root/.cargo" }],
    ["maven", "/m2", { MAVEN_ARGS: "-Dmaven.repo.local=/m2" }],
    ["gradle", "/root/.gradle/wrapper", { GRADLE_USER_HOME: "/root/.gradle" }],
    ["apt", "/var/cache/apt", {}],
  ])("%s at %s", (name, folder, expected) => {
    expect(presetEnv(presets[name], folder)).toEqual(expected);
  });
});

describe("commands", () => {
  test.each<[PresetName, string, boolean]>([
    ["npm", "npm ci", true],
    ["npm", "npm ci --omit=dev", true],
    ["npm", "npm --prefix=web ci", true],
    ["npm", "npm run build", false],
    ["npm", "npm", false],
    ["apt", "apt-get -y install curl", true],
    ["apt", "apt-get clean", false],
    ["yarn-classic", "yarn", true],
    ["yarn-classic", "yarn --frozen-lockfile", true],
    ["yarn-classic", "yarn build", false],
    ["bundler", "bundle exec rake", false],
    ["go-build", "go mod download", false],
    ["go-mod", "go mod download", true],
    ["maven", "./mvnw -B package", true],
    ["pip", "python -m pip install -r requirements.txt", true],
    ["pip", "python -m build", false],
    ["pip", "pip3 install x", true],
    ["cargo-registry", "xx-cargo build --release", true],
    ["cargo-registry", "cargo auditable build --release", true],
    ["cargo-registry", "cargo +nightly build", true],
    ["cargo-registry", "cargo +nightly-2026-01-01 --locked auditable install x", true],
    ["cargo-registry", "cargo zigbuild --target x", true],
    ["cargo-target", "cargo-zigbuild zigbuild", true],
    ["cargo-registry", "cargo-chef chef cook --release", true],
    ["cargo-registry", "cargo --config x.toml fetch", true],
    ["cargo-registry", "cargo +nightly --version", false],
    ["cargo-registry", "xx-verify build", false],
    ["go-build", "xx-go build ./...", true],
    ["apt", "xx-apt-get install -y libc6-dev", true],
    ["hex", "mix do deps.get, deps.compile", true],
    ["hex", "mix do --only prod local.hex --force + deps.get --only prod", true],
    ["hex", "mix do deps.compile, compile", false],
    ["pipenv", "pipenv install --deploy", true],
    ["pipenv", "pipenv run x", false],
    ["pdm", "pdm sync --prod", true],
    ["conda", "micromamba env create -f env.yml", true],
    ["gem", "gem install bundler", true],
    ["gem", "gem list", false],
    ["pip", "/opt/venv/bin/pip3.12 install x", true],
    ["pip", ".venv/bin/python3 -I -m pip install x", true],
    ["pip", "python manage.py install", false],
    ["pip", "poetry run pip install x", true],
    ["poetry", "poetry run pip install x", true],
    ["pip", "conda run --no-capture-output -n env pip install x", true],
    ["pip", "pip --timeout 100 install x", true],
    ["pip", "pip config --site install x", false],
    ["npm", "npm --prefix web ci", true],
    ["npm", "npm --silent run ci", false],
    ["npm", "npm --prefix web run ci", false],
    ["npm", "npx --yes tsc", true],
    ["pnpm", "npx pnpm install", true],
    ["pnpm", "corepack pnpm install --frozen-lockfile", true],
    ["yarn-classic", "corepack yarn --immutable", true],
    ["yarn-classic", "corepack enable", false],
    ["turbo", "npx turbo run build", true],
    ["turbo", "pnpm exec turbo run build", true],
    ["maven", "sub/mvnw package", true],
    ["apt", "apt-get -o Acquire::Retries=3 -qq install x", true],
    ["apt", "aptitude -y install x", true],
    ["apk", "apk --repository https://example.com/edge add x", true],
    ["apk", "xx-apk add musl-dev", true],
    ["dnf", "dnf --setopt install_weak_deps=False -y install x", true],
    ["go-build", "/usr/local/go/bin/go -C cmd build", true],
    ["go-build", "go1.26 build ./...", true],
    ["go-build", "xcaddy build", true],
    ["go-build", "xk6 build --with github.com/grafana/xk6-sql", true],
    ["go-mod", "go mod init x", false],
    ["composer", "php -d memory_limit=-1 /usr/bin/composer install", true],
    ["composer", "php artisan install", false],
    ["bundler", "bundle exec bundle install", true],
    ["cargo-registry", "rustup run nightly cargo build", true],
    ["cargo-registry", "cargo b --release", true],
    ["uv", "python -m uv pip install x", true],
  ])("%s: %s", (name, line, expected) => {
    expect(isCommandOf(presets[name], line.split(" "))).toBe(expected);
  });
});

describe("a name that is no preset", () => {
  test.each([
    ["go-modd", "go-mod"],
    ["Cargo-Registy", "cargo-registry"],
    ["yarn-berri", "yarn-berry"],
    ["apt-get", "apt"],
    ["yarn", "yarn-classic or yarn-berry"],
    ["cargo", "cargo-registry or cargo-git or cargo-target"],
  ])("%s: did you mean %s?", async (wrong, right) => {
    const { errors } = await readText(`mounts: { m: ${wrong} }`);
    expect(errors.map(({ code, hint }) => ({ code, hint }))).toEqual([
      { code: "BK2012", hint: `did you mean ${right}?` },
    ]);
  });
});
