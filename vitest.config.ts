import { defineConfig } from "vitest/config";

const setupFiles = ["test/support/setup.ts"];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          setupFiles,
          include: ["test/**/*.test.ts"],
          exclude: ["test/itg/**", "test/cli/**", "**/node_modules/**"],
          testTimeout: 20_000,
          // To remove a tree of 100,000 files takes a slow disk its time.
          hookTimeout: 60_000,
        },
      },
      // Runs dist/bin.js: build first.
      { test: { name: "cli", setupFiles, include: ["test/cli/**/*.test.ts"], testTimeout: 30_000 } },
      // Real servers, which want the machine for themselves: one file after the other.
      {
        test: {
          name: "itg",
          setupFiles,
          include: ["test/itg/**/*.itg.test.ts"],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
