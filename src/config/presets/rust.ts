import { argv, type MountPreset, plain } from "./preset.ts";

const compiling = [
  "cargo build",
  "cargo install",
  "cargo test",
  "cargo check",
  "cargo run",
  "cargo clippy",
  "cargo doc",
  "cargo bench",
  "cargo chef cook",
] as const;
const downloading = [...compiling, "cargo fetch", "cargo vendor", "cargo update", "cargo metadata"] as const;

/** The lock is $CARGO_HOME/.package-cache, which is in neither of the two mounts below $CARGO_HOME. */
const besideTheLock = "cargo's lock is beside the folder and not in it, so that other builds do not see it";

export const rustPresets = {
  "cargo-registry": {
    ...plain,
    holds: "the index of the registry and downloaded crates",
    target: "/usr/local/cargo/registry",
    sharing: "locked",
    sharingReason: besideTheLock,
    archDependent: false,
    env: { CARGO_HOME: "{parent}" },
    foundWithoutEnv: "in-image",
    images: ["rust"],
    commands: argv(...downloading),
    notes: [
      "Outside of the rust images the folder is /root/.cargo/registry unless the variable is set; give that as `target` where rustup installed cargo.",
      "Crates from git repositories are in cargo-git.",
    ],
    source: "https://doc.rust-lang.org/cargo/guide/cargo-home.html",
  },
  "cargo-git": {
    ...plain,
    holds: "clones and checkouts of crates from git repositories",
    target: "/usr/local/cargo/git",
    sharing: "locked",
    sharingReason: besideTheLock,
    archDependent: false,
    env: { CARGO_HOME: "{parent}" },
    foundWithoutEnv: "in-image",
    images: ["rust"],
    commands: argv(...downloading),
    notes: [
      "Only of use with dependencies from git repositories; the registry is cargo-registry.",
      "Outside of the rust images the folder is /root/.cargo/git unless the variable is set; give that as `target` where rustup installed cargo.",
    ],
    source: "https://doc.rust-lang.org/cargo/guide/cargo-home.html",
  },
  "cargo-target": {
    ...plain,
    holds: "compiled crates and the programs made of them",
    target: "/root/.cache/cargo-target",
    sharing: "shared",
    sharingReason: "cargo takes a lock in the folder before it writes",
    archDependent: true,
    env: { CARGO_TARGET_DIR: "{target}" },
    foundWithoutEnv: "never",
    commands: argv(...compiling),
    notes: [
      "What cargo builds is in the mount and not in the image: copy it out in the same RUN (`cargo build --release && cp /root/.cache/cargo-target/release/NAME /usr/local/bin/`).",
      "Without the variable the folder is target/ in the workspace; with it the folder does not depend on WORKDIR and hides nothing there.",
    ],
    source: "https://doc.rust-lang.org/cargo/reference/environment-variables.html",
  },
} as const satisfies Record<string, MountPreset>;
