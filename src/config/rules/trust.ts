import { suggest } from "../../diagnostics/nearest.ts";
import type { TrustLevel } from "../schema.gen.ts";
import type { Path } from "../source-map.ts";
import type { RuleContext } from "./context.ts";
import { findCircles } from "./cycles.ts";
import type { Finding } from "./finding.ts";
import { cachePolicies } from "./references.ts";

/** What `when` may say beside `branch:PATTERN`. */
const situations = ["default-branch", "change-request", "fork", "tag", "merge-queue", "local"];

export function* checkTrust(context: RuleContext): Iterable<Finding> {
  const { trust } = context.config;
  if (trust === undefined) return;
  yield* checkWhen(trust);
  yield* checkReads(context, trust);
  yield* checkPolicies(context);
}

type Levels = Readonly<Record<string, TrustLevel>>;

function* checkWhen(trust: Levels): Iterable<Finding> {
  const levels = new Map<string, string>();
  for (const [level, { when }] of Object.entries(trust)) {
    const isList = typeof when !== "string";
    for (const [i, word] of (isList ? when : [when]).entries()) {
      const path = isList ? ["trust", level, "when", i] : ["trust", level, "when"];
      if (!situations.includes(word) && !/^branch:./.test(word)) {
        const near = suggest(word, situations);
        yield {
          code: "BK2012",
          path,
          message: `${JSON.stringify(word)} says nothing of where a build runs`,
          hint: near === undefined ? `one of ${situations.join(", ")} or branch:PATTERN` : `did you mean ${near}?`,
        };
        continue;
      }
      const other = levels.get(word);
      levels.set(word, other ?? level);
      if (other === undefined) continue;
      const whose = other === level ? `${level} names ${word} twice` : `${word} is of ${other} already`;
      yield { code: "BK2101", path, message: whose, hint: "a build is of one level: name it once" };
    }
  }
}

function* checkReads({ suggest: suggestName }: RuleContext, trust: Levels): Iterable<Finding> {
  const edges = new Map<string, { readonly to: string; readonly path: Path }[]>();
  for (const [level, { reads = [] }] of Object.entries(trust)) {
    edges.set(level, []);
    for (const [i, to] of reads.entries()) {
      const path = ["trust", level, "reads", i];
      if (Object.hasOwn(trust, to)) {
        edges.get(level)?.push({ to, path });
        continue;
      }
      const near = suggestName(to, Object.keys(trust));
      yield {
        code: "BK2020",
        path,
        message: `there is no level of trust called ${JSON.stringify(to)}`,
        hint: near === undefined ? `declared: ${Object.keys(trust).join(", ")}` : `did you mean ${near}?`,
      };
    }
  }
  for (const [circle, path] of findCircles(edges)) {
    yield {
      code: "BK2100",
      path,
      message: `levels of trust read each other: ${circle}`,
      hint: "what is read must not be written by who is trusted less: take one of them out",
    };
  }
}

/** Types that have a prefix, below which each level has its own. */
const ableTypes = new Set(["local", "s3", "gcs", "azblob"]);

function* checkPolicies({ config }: RuleContext): Iterable<Finding> {
  const able = Object.entries(config.backends ?? {}).flatMap(([name, { type }]) => (ableTypes.has(type) ? [name] : []));
  for (const [path, policy] of cachePolicies({ config })) {
    for (const key of ["read", "write"] as const) {
      for (const [i, name] of (policy[key] ?? []).entries()) {
        const type = config.backends?.[name]?.type;
        if (type === undefined || ableTypes.has(type)) continue;
        yield {
          code: "BK2102",
          path: [...path, key, i],
          message: `the backend ${name} of type ${type} cannot keep levels of trust apart`,
          hint:
            able.length === 0
              ? "declare a backend of type s3, gcs, azblob or local, or take `trust` away"
              : `these can: ${able.join(", ")}`,
        };
      }
    }
    if (policy.committed !== "read-write") continue;
    yield {
      code: "BK2103",
      path: [...path, "committed"],
      message: "the committed file does not know where it is built, and so writes nothing beside `trust`",
      hint: "say committed: read, or off",
    };
  }
}
