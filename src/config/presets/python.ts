import { argv, type MountPreset, plain } from "./preset.ts";

/** Most of what these hold is wheels with native code, which only one architecture can use. */
export const pythonPresets = {
  pip: {
    ...plain,
    holds: "downloaded packages and wheels built from sources",
    target: "/root/.cache/pip",
    sharing: "shared",
    sharingReason: "each file is written aside and renamed into place",
    archDependent: true,
    env: { PIP_CACHE_DIR: "{target}" },
    foundWithoutEnv: "as-root",
    commands: argv(
      "pip install",
      "pip3 install",
      "pip download",
      "pip3 download",
      "pip wheel",
      "pip3 wheel",
      "python -m pip install",
      "python3 -m pip install",
      "python -m pip wheel",
      "python3 -m pip wheel",
    ),
    notes: ["`--no-cache-dir`, or PIP_NO_CACHE_DIR in the environment, leaves the mount empty: remove them."],
    source: "https://pip.pypa.io/en/stable/topics/caching/",
  },
  uv: {
    ...plain,
    holds: "downloaded packages and wheels built from sources",
    target: "/root/.cache/uv",
    sharing: "shared",
    sharingReason: "uv only adds to its cache, and locks what it installs into",
    archDependent: true,
    // A mount is a file system of its own: hard links fail there, each with a warning.
    env: { UV_CACHE_DIR: "{target}", UV_LINK_MODE: "copy" },
    foundWithoutEnv: "as-root",
    commands: argv("uv sync", "uv pip", "uv add", "uv run", "uv tool", "uv build", "uv export", "uvx"),
    notes: ["`--no-cache`, or UV_NO_CACHE in the environment, leaves the mount empty: remove them."],
    source: "https://docs.astral.sh/uv/concepts/cache/",
  },
  poetry: {
    ...plain,
    holds: "downloaded packages and wheels built from sources",
    target: "/root/.cache/pypoetry",
    sharing: "locked",
    sharingReason: "poetry promises nothing about two processes that write one file",
    archDependent: true,
    env: { POETRY_CACHE_DIR: "{target}", POETRY_VIRTUALENVS_IN_PROJECT: "true" },
    foundWithoutEnv: "as-root",
    commands: argv("poetry install", "poetry sync", "poetry add", "poetry update", "poetry run", "poetry build"),
    notes: [
      "Virtual environments are in this folder too unless POETRY_VIRTUALENVS_IN_PROJECT is true, and would be missing from the image.",
      "`--no-cache` leaves the mount unused: remove it.",
    ],
    source: "https://python-poetry.org/docs/configuration/#cache-dir",
  },
} as const satisfies Record<string, MountPreset>;
