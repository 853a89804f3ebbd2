import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readJson } from "../../src/config/read-json.ts";
import { readYaml } from "../../src/config/read-yaml.ts";
import type { Config } from "../../src/config/schema.gen.ts";
import { writeConfig } from "../../src/init/write-config.ts";
import { oddText } from "../bake/arbitrary-config.ts";

const text = fc.oneof(
  oddText,
  fc.constantFrom(
    "yes",
    "0755",
    "1.20",
    "~",
    "",
    " x",
    "x ",
    " \n",
    "\n\n a",
    "a: b",
    "- a",
    "# no",
    "a\r\nb\n",
    "\n",
    "`${x}`",
    "\\",
    "\ufeff",
    "<<",
  ),
);
const key = text.filter((each) => !(each in {}) && each !== "<<");
const { value: data } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    text,
    fc.boolean(),
    fc.integer(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(key, tie("value"), { maxKeys: 3, noNullPrototype: true }),
  ),
}));

describe("a config that is written", () => {
  const config = data.map((value) => ({ project: "p", value }) as unknown as Config);
  const comment = ["a line", "a \u2028 b\nc"];

  test("reads as it was, in YAML", async () => {
    await fc.assert(
      fc.asyncProperty(config, async (each) => {
        const { root, problems } = readYaml(await writeConfig(each, { format: "yaml", comment }));
        expect({ value: root?.value, problems }).toEqual({ value: each, problems: [] });
      }),
      { numRuns: 500 },
    );
  });

  test("reads as it was, in JSON", async () => {
    await fc.assert(
      fc.asyncProperty(config, async (each) => {
        const { root } = readJson(await writeConfig(each, { format: "json", comment }));
        expect(root?.value).toEqual({ $schema: expect.any(String), ...each });
      }),
    );
  });

  test("reads as it was, in TypeScript", async () => {
    await fc.assert(
      fc.asyncProperty(config, async (each) => {
        const module = await writeConfig(each, { format: "ts", comment });
        const [head, literal] = module.split("export default defineConfig(");
        expect(head).toMatch(/^import \{ defineConfig \} from "bkcache";\n\n(\/\/ .*\n)+$/);
        // oxlint-disable-next-line no-implied-eval
        const read = new Function(`return (${(literal ?? "").replace(/\);\n$/, "")})`) as () => unknown;
        expect(read()).toEqual(each);
      }),
      { numRuns: 500 },
    );
  });
});
