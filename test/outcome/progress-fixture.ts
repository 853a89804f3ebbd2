import { readFileSync } from "node:fs";
import { type Progress, readProgress } from "../../src/outcome/progress.ts";

/**
 * What `buildx history logs --progress rawjson` of buildx 0.38.2 printed for builds on BuildKit 0.34.2, without the
 * vertices of contexts and definitions.
 */
export type FixtureName =
  | "first" // api: 5 steps, nothing cached, written to S3
  | "second" // the same on another empty builder, all from S3
  | "failed" // two steps from S3, one ran, the last one failed
  | "pulled" // as second, with an image to make: all layers are pulled
  | "base-image" // FROM an image in a registry, the two steps on it from S3
  | "platforms" // two platforms, all from S3
  | "linked" // a child whose context is another target
  | "local-export"
  | "interrupted" // Ctrl-C while a step slept
  | "wrong-secret"
  | "no-bucket"
  | "dead-endpoint"
  | "lost-layer"; // the manifest is there, its layers are not

export function readFixtureText(name: FixtureName): string {
  return readFileSync(new URL(`fixtures/${name}.ndjson`, import.meta.url), "utf8");
}

export function readFixture(name: FixtureName): Progress {
  return readProgress(readFixtureText(name));
}
