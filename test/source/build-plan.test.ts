import { expect, test } from "vitest";
import { buildName } from "../../src/source/build-plan.ts";

test.each([
  [{ context: "." }, "default"],
  [{ context: ".", target: "api" }, "api"],
  [{ context: ".", file: "Dockerfile" }, "default"],
  [{ context: "app", file: "app/Dockerfile" }, "default"],
  [{ context: "app", file: "/project/app/Dockerfile" }, "default"],
  [{ context: ".", file: "api/Dockerfile" }, "default@api/Dockerfile"],
  [{ context: ".", file: "web/Dockerfile", target: "x" }, "x@web/Dockerfile"],
  [{ context: ".", file: "Dockerfile.dev" }, "default@Dockerfile.dev"],
  [{ context: "app", file: "Dockerfile" }, "default@../Dockerfile"],
  [{ context: ".", file: "-" }, "default@-"],
  [{ context: "https://example.com/x.git", file: "deploy/Dockerfile" }, "default@deploy/Dockerfile"],
])("%j is %s", (args, expected) => {
  expect(buildName(args, "/project")).toBe(expected);
});
