import { type RunnerTestSuite, TestRunner } from "vitest";

/**
 * Fails a file of which no test has run: what was skipped altogether looks like what has passed. A run of the tests that
 * have a certain name skips the others by intent.
 */
// Vitest takes a runner by its default export.
// oxlint-disable-next-line import/no-default-export
export default class FailSkippedFiles extends TestRunner {
  // A file that skips all its tests while it is collected runs no hooks, and ends here.
  override async onBeforeRunSuite(suite: RunnerTestSuite): Promise<void> {
    await super.onBeforeRunSuite(suite);
    if (suite.mode === "skip") this.#failSkipped(suite);
  }

  // The rest skip themselves while they run.
  override async onAfterRunSuite(suite: RunnerTestSuite): Promise<void> {
    await super.onAfterRunSuite(suite);
    this.#failSkipped(suite);
  }

  #failSkipped(suite: RunnerTestSuite): void {
    if (suite !== suite.file || this.config.testNamePattern !== undefined) return;
    if (suite.result?.state === "fail" || hasRun(suite)) return;
    const message = `all tests of ${suite.name} were skipped`;
    suite.result = { ...suite.result, state: "fail", errors: [{ name: "Error", message, stacks: [] }] };
  }
}

function hasRun({ tasks }: RunnerTestSuite): boolean {
  return tasks.some((task) =>
    task.type === "suite" ? hasRun(task) : /^(?:pass|fail)$/.test(task.result?.state ?? ""),
  );
}
