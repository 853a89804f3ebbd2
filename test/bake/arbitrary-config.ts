import * as fc from "fast-check";
import type { Config, Target } from "../../src/config/schema.gen.ts";

/**
 * What breaks quoting: HCL's template marks, its escapes, what HCL normalises, and what only looks like these. No
 * bare carriage return or byte order mark: HCL's JSON form, which these are compared with, reads them wrongly.
 */
const oddPieces = [
  ...Array.from("abz019 -_./:=,;#'*~^"),
  "$",
  "%",
  "{",
  "}",
  "$${",
  "%{",
  "%%{",
  "$$",
  '"',
  "\\",
  "\\n",
  "\n",
  "\t",
  "\u0001",
  "\u007f",
  "\u2028",
  "é",
  "e\u0301",
  "日本",
  "😀",
  "EOT",
  "null",
];

/** Any text without references. */
export const oddText = fc.array(fc.constantFrom(...oddPieces), { maxLength: 8 }).map((pieces) => pieces.join(""));

interface Names {
  readonly scalars: readonly string[];
  readonly axes: readonly string[];
}

/** A config string: odd text with references to scalars of the file and, in a matrix, to axes. */
function template({ scalars, axes }: Names): fc.Arbitrary<string> {
  const reference = fc.constantFrom(...[...scalars, ...axes].map((name) => ({ name })));
  return fc.array(fc.oneof({ weight: 2, arbitrary: oddText }, reference), { maxLength: 4 }).map((parts) => {
    let written = "";
    let literal = "";
    for (const part of parts) {
      if (typeof part === "string") {
        literal += part;
        continue;
      }
      // `$` right before a reference would make it a literal, and no other spelling exists.
      written += `${escapeReferences(literal.replace(/\$+$/, ""))}\${${part.name}}`;
      literal = "";
    }
    return written + escapeReferences(literal);
  });
}

function escapeReferences(literal: string): string {
  return literal.replaceAll("${", () => "$${");
}

const key = fc.oneof(
  fc.constantFrom("A", "B_1", "c-d", "for", "null", "1a", "a.b", "a/b", "k 1", "é", "x:y"),
  oddText.filter((text) => text.trim() !== ""),
);

function map(value: fc.Arbitrary<string>): fc.Arbitrary<Record<string, string>> {
  // HCL normalises keys; two that become one would be one entry in bake.
  return fc
    .uniqueArray(fc.tuple(key, value), { maxLength: 3, selector: ([name]) => name.normalize("NFC") })
    .map((entries) => Object.fromEntries(entries));
}

const platforms = fc.constantFrom(["linux/amd64"], ["linux/arm64", "linux/amd64"], ["linux/amd64", "linux/arm64"]);

/** The attributes of one target that bake's --print shows without looking at the machine. */
function attributes(names: Names, contexts = ["one", "two", "three"]): fc.Arbitrary<Partial<Target>> {
  const text = template(names);
  const visible = text.map((value) => `x${value}`);
  return fc.record(
    {
      args: map(text),
      labels: map(text),
      annotations: fc.array(
        visible.map((value) => `k=${value}`),
        { maxLength: 2 },
      ),
      tags: fc.oneof(fc.array(text, { maxLength: 3 }), fc.constant("${L1}")),
      context: visible.map((value) => `dir/${value}`),
      contexts: fc
        .uniqueArray(fc.tuple(fc.constantFrom(...contexts), fc.oneof(fc.constant(""), visible)), {
          maxLength: 2,
          selector: ([name]) => name,
        })
        .map((entries) =>
          Object.fromEntries(entries.map(([name, value]) => [name, value === "" ? "" : `docker-image://${value}`])),
        ),
      // Whether a variable is empty, and the description so none, only bake can tell.
      description: fc.oneof(fc.constant(""), visible),
      dockerfile: visible,
      dockerfileInline: text,
      target: text,
      platforms: fc.oneof(platforms, fc.constant([])),
      network: fc.constantFrom("none", "default"),
      shmSize: fc.constantFrom("64m", "1g"),
      ulimits: fc.subarray(["nofile=1024:2048", "nproc=10"]),
      noCacheFilter: fc.array(visible, { maxLength: 2 }),
      pull: fc.oneof(fc.boolean(), fc.constant("${B1}")),
      noCache: fc.boolean(),
      extraHosts: fc.constantFrom({}, { "a.example": "10.0.0.1" }, { "b.example": "10.0.0.2" }),
      entitlements: fc.subarray(["security.insecure", "network.host"]),
      resources: fc.constantFrom({ memory: "1g" }, { cpuShares: "512", cpusetCpus: "0" }),
      secret: fc.subarray([
        { id: "one", env: "ONE" },
        { id: "two", env: "TWO" },
        "id=three,env=THREE",
        { id: "one", env: "UNO" },
      ]),
      attest: fc.subarray([{ type: "provenance", mode: "max" }, "type=sbom", { type: "provenance", disabled: true }]),
      output: fc.subarray([{ type: "cacheonly" }, "type=image,name=acme/x", { type: "image", push: true }]),
      policy: fc.subarray([{ disabled: true }, { reset: true, strict: false }]),
      call: fc.constantFrom("build", "check"),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<unknown> as fc.Arbitrary<Partial<Target>>;
}

const policy = fc.record(
  {
    read: fc.subarray(["disk", "remote", "image"]),
    write: fc.subarray(["disk", "remote", "image", "inline"]),
    scope: fc.constantFrom("main", "feature/x", "ünï ~._%+"),
    mode: fc.constantFrom("min" as const, "max" as const),
    ignoreError: fc.boolean(),
    committed: fc.constantFrom("off" as const, "read" as const, "read-write" as const),
  },
  { requiredKeys: [] },
);

/** Valid configs with all that resolving does: variables, chains of inheritance, matrix, defaults, groups, policy. */
export const arbitraryConfig: fc.Arbitrary<Config> = fc
  .record({
    s1: oddText,
    s2: oddText,
    list: fc.array(oddText, { maxLength: 2 }),
    flag: fc.boolean(),
    // What a target clears or removes stays away here, but comes back where bake has to emulate defaults by a parent.
    defaults: fc.option(
      attributes({ scalars: ["S1"], axes: [] }, ["common"]).map(({ output: _output, ...rest }) => rest),
      { nil: undefined },
    ),
    cache: fc.option(policy, { nil: undefined }),
    targets: fc.array(
      fc.record({
        attributes: attributes({ scalars: ["S1", "S2", "N1"], axes: [] }),
        // 4 stands for the external target.
        inherits: fc.oneof(fc.shuffledSubarray([0, 1, 2, 3]), fc.shuffledSubarray([0, 1, 2, 3, 4])),
        cache: fc.option(fc.oneof(policy, fc.constant(false as const)), { nil: undefined, freq: 4 }),
        link: fc.option(fc.nat(3), { nil: undefined, freq: 5 }),
        isHidden: fc.boolean(),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    matrix: fc.option(
      fc.record({
        attributes: attributes({ scalars: ["S2"], axes: ["v", "o.n", "o.k"] }),
        values: fc.uniqueArray(fc.constantFrom("1.0", "2.0", "é/x", "a-b"), { minLength: 1, maxLength: 2 }),
        maps: fc.uniqueArray(fc.record({ n: fc.constantFrom("amd", "arm"), k: oddText }), {
          minLength: 1,
          maxLength: 2,
          selector: ({ n }) => n,
        }),
        inherits: fc.subarray([0, 1]),
      }),
      { nil: undefined },
    ),
    hasGroups: fc.boolean(),
  })
  .map(({ s1, s2, list, flag, defaults, cache, targets, matrix, hasGroups }) => {
    const nameOf = (index: number) =>
      index === 4 ? "ext" : `${targets[index]?.isHidden === true ? "_" : ""}t${index}`;
    const hasExternal = targets.some(({ inherits }) => inherits.includes(4));
    const declared = Object.fromEntries(
      targets.map((each, index): [string, Target] => {
        const linked = each.link !== undefined && each.link < index ? { link: `target:${nameOf(each.link)}` } : {};
        const target = {
          ...each.attributes,
          inherits: each.inherits.filter((parent) => parent < index || parent === 4).map(nameOf),
        };
        if (each.cache !== undefined) target.cache = each.cache;
        // A removal behind an external target reaches farther here than in bake, where each parent is resolved alone.
        const contexts = Object.entries(target.contexts ?? {}).filter(([, value]) => value !== "" || !hasExternal);
        if (hasExternal && target.output?.length === 0) delete target.output;
        return [nameOf(index), { ...target, contexts: { ...Object.fromEntries(contexts), ...linked } }];
      }),
    );
    if (matrix !== undefined) {
      declared["m"] = {
        ...matrix.attributes,
        inherits: matrix.inherits.filter((parent) => parent < targets.length).map(nameOf),
        matrix: { v: matrix.values, o: matrix.maps },
        name: "m-${v}-${o.n}",
      };
    }
    const config: Config = {
      project: "shop",
      variables: {
        S1: s1,
        S2: { default: s2, description: "odd", validation: { condition: "strlen(S2) >= 0" } },
        N1: 42,
        B1: flag,
        L1: { type: "list(string)", default: list },
      },
      backends: {
        disk: { type: "local", path: "cache dir" },
        remote: { type: "s3", url: "s3://acme-ci/shop", region: "eu-central-1" },
        image: { type: "registry", ref: "registry.example/acme/cache" },
        inline: { type: "inline" },
      },
      external: ["ext"],
      targets: declared,
    };
    if (defaults !== undefined) config.defaults = defaults;
    if (cache !== undefined) config.cache = cache;
    if (hasGroups) {
      config.groups = {
        default: [nameOf(0)],
        all: { targets: ["default", ...Object.keys(declared)], description: 'all "of" it' },
      };
    }
    return config;
  });
