// What the tests of the built program need: dist as the sources are; for integration tests the programs that they run.
import { buildIfStale } from "../scripts/prepare.mjs";
import { installToolchain } from "../toolchain/install.mjs";

export function setup({ name }) {
  if (!buildIfStale()) throw new Error("dist cannot be built, see above");
  if (name === "itg") installToolchain();
}
