import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { LongFirst } from "./test/support/long-first.ts";

const runner = "test/support/runner.ts";
const setupFiles = ["test/support/setup.ts"];
const globalSetup = "test/support/global-setup.mjs";
const env = { BKCACHE_TEST_TOOLCHAIN: "none" };

export default defineConfig({
  test: {
    sequence: { sequencer: LongFirst },
    projects: [
      {
        test: {
          name: "unit",
          runner,
          setupFiles,
          env,
          include: ["test/**/*.test.ts"],
          exclude: ["test/itg/**", "test/cli/**", "test/mounts/**", "**/node_modules/**"],
          // Left to itself vitest keeps one processor free.
          maxWorkers: "100%",
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      // Real trees, and waits: most of the time of all that runs without servers.
      {
        test: {
          name: "mounts",
          runner,
          setupFiles,
          env,
          include: ["test/mounts/**/*.test.ts"],
          maxWorkers: "100%",
          testTimeout: 20_000,
          // To remove a tree of 100,000 files takes a slow disk its time.
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "cli",
          runner,
          setupFiles,
          env,
          globalSetup,
          include: ["test/cli/**/*.test.ts"],
          maxWorkers: "100%",
          testTimeout: 30_000,
        },
      },
      // Real servers, and some hundreds of starts of programs in Go, which collect garbage that ends with them anyway.
      {
        test: {
          name: "itg",
          runner,
          setupFiles,
          globalSetup,
          env: { GOGC: "400" },
          include: ["test/itg/**/*.itg.test.ts"],
          maxWorkers: availableParallelism() + 1,
          sequence: { groupOrder: 1 },
          testTimeout: 180_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
