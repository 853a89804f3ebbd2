import { basename } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Files of few lines whose tests take half a minute and more. Where nothing is known of an earlier run vitest begins with the
 * largest files; these would come last, one of them alone at the end beside idle processors.
 */
const longFiles = new Set(
  [
    "relay-contract",
    "mounts-sixty",
    "executable",
    "carry-shared-builder",
    "carry-fidelity",
    "eject",
    "carry-builders",
    "mounts-many",
  ].map((name) => `${name}.itg.test.ts`),
);

export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification) =>
      project.config.sequence.groupOrder + (longFiles.has(basename(moduleId)) ? 0 : 0.5);
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}
