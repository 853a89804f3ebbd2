import { describe, expect, test } from "vitest";
import { codes } from "../../src/diagnostics/codes.ts";
import { brief, marked, readText } from "./support.ts";

/** One rule, broken and kept. `«` stands where the finding must point; `level` where it is a warning by itself. */
interface Case {
  readonly code: keyof typeof codes;
  readonly title: string;
  readonly bad: string;
  readonly good: string;
}

const cases: readonly Case[] = [
  // --- shape
  { code: "BK2010", title: "key at the top", bad: "«projcet: shop", good: "project: shop" },
  {
    code: "BK2010",
    title: "key of a target",
    bad: "targets: { a: { «tgas: [] } }",
    good: "targets: { a: { tags: [] } }",
  },
  {
    code: "BK2010",
    title: "rules of scopes in a target, where they would be lost",
    bad: "targets: { a: { cache: { scopes: «{ requests: own } } } }",
    good: "{ cache: { scopes: { requests: own } }, targets: { a: {} } }",
  },
  {
    code: "BK2010",
    title: "epoch of a target, where it would be lost",
    bad: "targets: { a: { cache: { epoch: «1 } } }",
    good: "{ cache: { epoch: 1 }, targets: { a: {} } }",
  },
  {
    code: "BK2020",
    title: "level of trust that is read",
    bad: "trust: { main: { when: default-branch }, pr: { when: change-request, reads: [«mian] } }",
    good: "trust: { main: { when: default-branch }, pr: { when: change-request, reads: [main] } }",
  },
  {
    code: "BK2021",
    title: "level that would be another folder",
    bad: "trust: { «../main: { when: tag } }",
    good: "trust: { main: { when: tag } }",
  },
  {
    code: "BK2021",
    title: "level with a slash",
    bad: "trust: { «main/x: { when: tag } }",
    good: "trust: { main-x: { when: tag } }",
  },
  {
    code: "BK2012",
    title: "where a build of a level runs",
    bad: "trust: { main: { when: «defualt-branch } }",
    good: "trust: { main: { when: [default-branch, 'branch:release/**', merge-queue] } }",
  },
  {
    code: "BK2012",
    title: "a pattern without a branch",
    bad: "trust: { main: { when: [tag, «'branch:'] } }",
    good: "trust: { main: { when: [tag, 'branch:*'] } }",
  },
  {
    code: "BK2100",
    title: "levels that read each other",
    bad: "trust: { a: { when: tag, reads: [b] }, b: { when: local, reads: [c] }, c: { when: fork, reads: [«a] } }",
    good: "trust: { a: { when: tag, reads: [b, c] }, b: { when: local, reads: [c] }, c: { when: fork } }",
  },
  {
    code: "BK2100",
    title: "level that reads itself",
    bad: "trust: { a: { when: tag, reads: [«a] } }",
    good: "trust: { a: { when: tag } }",
  },
  {
    code: "BK2101",
    title: "two levels for one build",
    bad: "trust: { a: { when: [tag, change-request] }, b: { when: «change-request } }",
    good: "trust: { a: { when: [tag, change-request] }, b: { when: fork } }",
  },
  {
    code: "BK2102",
    title: "levels in a registry",
    bad: "{ trust: { a: { when: tag } }, backends: { r: { type: registry, ref: x/y } }, cache: { read: [«r] } }",
    good: "{ trust: { a: { when: tag } }, backends: { r: { type: azblob, accountUrl: 'https://a.test' } }, cache: { read: [r] } }",
  },
  {
    code: "BK2103",
    title: "committed file that writes beside levels",
    bad: "{ trust: { a: { when: tag } }, cache: { committed: «read-write } }",
    good: "{ trust: { a: { when: tag } }, cache: { committed: read } }",
  },
  {
    code: "BK2010",
    title: "key in bake's spelling",
    bad: "targets: { a: { «cache-from: [] } }",
    good: "targets: { a: { cacheFrom: [] } }",
  },
  { code: "BK2010", title: "key of defaults", bad: "defaults: { «inherits: [] }", good: "defaults: { pull: true }" },
  {
    code: "BK2010",
    title: "key of a backend by its type",
    bad: "backends: { b: { type: inline, «region: x } }",
    good: "backends: { b: { type: inline } }",
  },
  {
    code: "BK2010",
    title: "misspelt key is not also a lacking one",
    bad: "backends: { b: { type: s3, «bukcet: x } }",
    good: "backends: { b: { type: s3, bucket: x } }",
  },
  {
    code: "BK2010",
    title: "name of a backend's cache",
    bad: "backends: { b: { type: s3, bucket: x, «name: y } }",
    good: "backends: { b: { type: s3, bucket: x } }",
  },
  {
    code: "BK2010",
    title: "type of a secret",
    bad: "targets: { a: { secret: [{ id: K, «type: env }] } }",
    good: "targets: { a: { secret: [{ id: K, env: K }] } }",
  },
  {
    code: "BK2010",
    title: "key of the builder's tls",
    bad: "builder: { endpoint: tcp://b, tls: { ca: a, «crt: b } }",
    good: "builder: { endpoint: tcp://b, tls: { ca: a } }",
  },
  { code: "BK2011", title: "list for a map", bad: "targets: «[]", good: "targets: {}" },
  {
    code: "BK2011",
    title: "string for a list",
    bad: "targets: { a: { tags: «x } }",
    good: "targets: { a: { tags: [x] } }",
  },
  {
    code: "BK2011",
    title: "number for a string",
    bad: "targets: { a: { args: { V: «1.20 } } }",
    good: 'targets: { a: { args: { V: "1.20" } } }',
  },
  {
    code: "BK2011",
    title: "octal number for a mode",
    bad: "mounts: { m: { target: /m, mode: «0755 } }",
    good: 'mounts: { m: { target: /m, mode: "0755" } }',
  },
  {
    code: "BK2011",
    title: "string for a flag",
    bad: "targets: { a: { pull: «yes } }",
    good: "targets: { a: { pull: true } }",
  },
  { code: "BK2011", title: "item of a list", bad: "groups: { default: [«1] }", good: "groups: { default: [] }" },
  {
    code: "BK2011",
    title: "true for a policy that may be false",
    bad: "targets: { a: { cache: «true } }",
    good: "targets: { a: { cache: false } }",
  },
  {
    code: "BK2011",
    title: "type of a backend",
    bad: "backends: { b: { type: «1 } }",
    good: "backends: { b: { type: inline } }",
  },
  {
    code: "BK2011",
    title: "key without value",
    bad: "targets: { a: { «tags: } }",
    good: "targets: { a: { tags: [] } }",
  },
  {
    code: "BK2012",
    title: "type of a backend",
    bad: "backends: { b: { type: «s4 } }",
    good: "backends: { b: { type: gha } }",
  },
  { code: "BK2012", title: "mode of the policy", bad: "cache: { mode: «maximum }", good: "cache: { mode: min }" },
  { code: "BK2012", title: "preset", bad: "mounts: { m: «go-modd }", good: "mounts: { m: go-mod }" },
  {
    code: "BK2070",
    title: "preset without a folder of its own",
    bad: "mounts: { m: «next }",
    good: "mounts: { m: { preset: next, target: /app/.next/cache } }",
  },
  {
    code: "BK2070",
    title: "the same in an object",
    bad: "mounts: { m: { sharing: shared, preset: «next } }",
    good: "mounts: { m: { sharing: shared, preset: next, target: /app/.next/cache } }",
  },
  {
    code: "BK2012",
    title: "duration of a budget",
    bad: "cache: { mountBudget: { save: «1 minute } }",
    good: "cache: { mountBudget: { save: 1m30s } }",
  },
  {
    code: "BK2012",
    title: "duration of a first save",
    bad: "cache: { mountBudget: { first: «10 min } }",
    good: "cache: { mountBudget: { first: 10m } }",
  },
  {
    code: "BK2012",
    title: "duration of a touch",
    bad: "backends: { b: { type: s3, bucket: x, touchRefresh: «1d } }",
    good: "backends: { b: { type: s3, bucket: x, touchRefresh: 24h } }",
  },
  {
    code: "BK2012",
    title: "key above the repository",
    bad: 'mounts: { m: { preset: npm, key: ["a", «"../package-lock.json"] } }',
    good: 'mounts: { m: { preset: npm, key: ["a", "./sub/*.json"] } }',
  },
  {
    code: "BK2012",
    title: "key with braces that lead out",
    bad: 'mounts: { m: { preset: npm, key: [«"{a,..}/x"] } }',
    good: 'mounts: { m: { preset: npm, key: ["{a,b}/x..y"] } }',
  },
  {
    code: "BK2012",
    title: "key that leads out behind a wildcard",
    bad: 'mounts: { m: { preset: npm, key: [«"**/../x"] } }',
    good: 'mounts: { m: { preset: npm, key: ["**/x"] } }',
  },
  {
    code: "BK2012",
    title: "absolute key",
    bad: "mounts: { m: { preset: npm, key: [«/proc/self/environ] } }",
    good: "mounts: { m: { preset: npm, key: [go.sum] } }",
  },
  {
    code: "BK2012",
    title: "size",
    bad: "mounts: { m: { preset: npm, maxSize: «4 gigs } }",
    good: "mounts: { m: { preset: npm, maxSize: 4GiB } }",
  },
  {
    code: "BK2012",
    title: "lowest number",
    bad: "backends: { b: { type: s3, bucket: x, uploadParallelism: «0 } }",
    good: "backends: { b: { type: s3, bucket: x, uploadParallelism: 1 } }",
  },
  { code: "BK2012", title: "empty string", bad: 'extends: [«""]', good: "extends: []" },
  {
    code: "BK2013",
    title: "type of a backend",
    bad: "backends: { «b: { bucket: x } }",
    good: "backends: { b: { type: s3, bucket: x } }",
  },
  {
    code: "BK2013",
    title: "path of a local backend",
    bad: "backends: { «b: { type: local } }",
    good: "backends: { b: { type: local, path: c } }",
  },
  {
    code: "BK2013",
    title: "bucket",
    bad: "backends: { «b: { type: gcs } }",
    good: "backends: { b: { type: gcs, url: gs://x/ } }",
  },
  {
    code: "BK2013",
    title: "folder of a mount",
    bad: "mounts: { «m: { sharing: locked } }",
    good: "mounts: { m: { preset: npm, sharing: locked } }",
  },
  {
    code: "BK2013",
    title: "half of a key pair",
    bad: "builder: { endpoint: tcp://b, «tls: { ca: a, cert: b } }",
    good: "builder: { endpoint: tcp://b, tls: { ca: a, cert: b, key: c } }",
  },
  // --- text of the file
  { code: "BK2014", title: "key twice", bad: "project: a\n«project: b", good: "project: a" },
  { code: "BK2014", title: "target twice", bad: "targets:\n  a: {}\n  «a: {}", good: "targets:\n  a: {}\n  b: {}" },
  { code: "BK2009", title: "key that is no string", bad: "targets:\n  «1: {}", good: 'targets:\n  "1": {}' },
  { code: "BK2009", title: "key of the prototype", bad: "targets: { «__proto__: {} }", good: "targets: { proto: {} }" },
  {
    code: "BK2009",
    title: "name of the prototype",
    bad: "targets: { «constructor: {} }",
    good: "targets: { builder: {} }",
  },
  { code: "BK2009", title: "infinity", bad: "variables: { A: «.inf }", good: "variables: { A: 1 }" },
  {
    code: "BK2015",
    title: "half a surrogate pair",
    bad: 'targets: { a: { description: «"\\ud83d" } }',
    good: 'targets: { a: { description: "\\U0001F600" } }',
  },
  { code: "BK2016", title: "code that does not exist", bad: "rules: { «BK9876: off }", good: "rules: { BK2026: off }" },
  { code: "BK2016", title: "name instead of a code", bad: "rules: { «names: off }", good: "rules: {}" },
  {
    code: "BK2016",
    title: "code whose level is fixed",
    bad: "rules: { «BK2040: off }",
    good: "rules: { BK2041: off }",
  },
  // --- names
  {
    code: "BK2020",
    title: "backend to read",
    bad: "cache: { read: [«b] }",
    good: "backends: { b: { type: gha } }\ncache: { read: [b] }",
  },
  {
    code: "BK2020",
    title: "backend of a target to write",
    bad: "targets: { a: { cache: { write: [«b] } } }",
    good: "backends: { b: { type: gha } }\ntargets: { a: { cache: { write: [b] } } }",
  },
  { code: "BK2020", title: "backend of mounts", bad: "cache: { mounts: «b }", good: "cache: { mounts: false }" },
  { code: "BK2020", title: "name of the prototype", bad: "cache: { read: [«toString] }", good: "cache: { read: [] }" },
  {
    code: "BK2020",
    title: "mount",
    bad: "targets: { a: { mounts: [«gomod] } }",
    good: "mounts: { gomod: go-mod }\ntargets: { a: { mounts: [gomod] } }",
  },
  {
    code: "BK2020",
    title: "parent",
    bad: "targets: { a: { inherits: [«b] } }",
    good: "targets: { a: { inherits: [b] }, b: {} }",
  },
  {
    code: "BK2020",
    title: "parent from elsewhere",
    bad: "targets: { a: { inherits: [«docker-metadata-action] } }",
    good: "external: [docker-metadata-action]\ntargets: { a: { inherits: [docker-metadata-action] } }",
  },
  {
    code: "BK2020",
    title: "member of a group",
    bad: "targets: { a: {} }\ngroups: { default: [a, «b] }",
    good: "targets: { a: {}, b: {} }\ngroups: { default: [a, b] }",
  },
  {
    code: "BK2020",
    title: "member of a described group",
    bad: "groups: { default: { targets: [«b] } }",
    good: "targets: { b: {} }\ngroups: { default: { targets: [b] } }",
  },
  {
    code: "BK2020",
    title: "member that a matrix does not make",
    bad: 'targets: { a: { matrix: { v: ["1"] } } }\ngroups: { default: [a, a-1, «a-2] }',
    good: 'targets: { a: { matrix: { v: ["1"] } } }\ngroups: { default: [a, a-1] }',
  },
  {
    code: "BK2020",
    title: "linked target",
    bad: "targets: { a: { contexts: { b: «target:b } } }",
    good: "targets: { a: { contexts: { b: target:b } }, b: {} }",
  },
  { code: "BK2021", title: "name of a target", bad: "targets: { «a.b: {} }", good: "targets: { a_b: {} }" },
  {
    code: "BK2021",
    title: "name of a backend",
    bad: "backends: { «a b: { type: gha } }",
    good: "backends: { ab: { type: gha } }",
  },
  { code: "BK2021", title: "name of a mount", bad: "mounts: { «a;b: npm }", good: "mounts: { ab: npm }" },
  { code: "BK2021", title: "name of a variable", bad: "variables: { «a-b: x }", good: "variables: { a_b: x }" },
  { code: "BK2021", title: "name of the project", bad: "project: «Shop", good: "project: shop" },
  { code: "BK2021", title: "empty name", bad: 'targets: { «"": {} }', good: "targets: { a: {} }" },
  { code: "BK2021", title: "name of a group", bad: "groups: { «ü: [] }", good: "groups: { u: [] }" },
  // --- references
  {
    code: "BK2022",
    title: "open reference",
    bad: 'targets: { a: { tags: ["a«${B"] } }',
    good: 'targets: { a: { tags: ["a$${B"] } }',
  },
  {
    code: "BK2023",
    title: "undeclared variable",
    bad: 'targets: { a: { tags: ["x:«${TGA}"] } }',
    good: 'variables: { TAG: x }\ntargets: { a: { tags: ["x:${TAG}"] } }',
  },
  {
    code: "BK2023",
    title: "in a backend",
    bad: 'backends: { b: { type: s3, bucket: "«${B}" } }',
    good: 'variables: { B: x }\nbackends: { b: { type: s3, bucket: "${B}" } }',
  },
  {
    code: "BK2023",
    title: "in an entry in object form",
    bad: 'targets: { a: { cacheTo: [{ type: registry, ref: "«${R}" }] } }',
    good: 'variables: { R: x }\ntargets: { a: { cacheTo: [{ type: registry, ref: "${R}" }] } }',
  },
  {
    code: "BK2023",
    title: "second of two",
    bad: 'variables: { A: x }\ntargets: { a: { target: "${A}-«${C}" } }',
    good: 'variables: { A: x }\ntargets: { a: { target: "${A}-${A}" } }',
  },
  {
    code: "BK2023",
    title: "after an escape",
    bad: 'targets: { a: { target: "$${A}«${B}" } }',
    good: 'targets: { a: { target: "$${A}$$${B}" } }',
  },
  {
    code: "BK2023",
    title: "axis of another target",
    bad: 'targets: { a: { matrix: { v: ["1"] } }, b: { target: "«${v}" } }',
    good: 'targets: { a: { matrix: { v: ["1"] }, target: "${v}" } }',
  },
  {
    code: "BK2023",
    title: "variable in name",
    bad: 'variables: { A: x }\ntargets: { a: { matrix: { v: ["1"] }, name: "a-«${A}" } }',
    good: 'targets: { a: { matrix: { v: ["1"] }, name: "a-${v}" } }',
  },
  {
    code: "BK2023",
    title: "field that one value lacks",
    bad: 'targets: { a: { matrix: { v: [{ k: x }, { k: y, z: w }] }, target: "«${v.z}" } }',
    good: 'targets: { a: { matrix: { v: [{ k: x }, { k: y }] }, target: "${v.k}" } }',
  },
  {
    code: "BK2023",
    title: "shell's own expansion",
    bad: 'targets: { a: { dockerfileInline: "RUN echo «${A:-b}" } }',
    good: 'targets: { a: { dockerfileInline: "RUN echo $${A:-b}" } }',
  },
  {
    code: "BK2023",
    title: "reference in an axis",
    bad: 'variables: { A: x }\ntargets: { a: { matrix: { v: ["«${A}"] } } }',
    good: 'targets: { a: { matrix: { v: ["A"] } } }',
  },
  {
    code: "BK2024",
    title: "axis of maps",
    bad: 'targets: { a: { matrix: { v: [{ k: x }] }, target: "«${v}" } }',
    good: 'targets: { a: { matrix: { v: [{ k: x }] }, target: "${v.k}" } }',
  },
  {
    code: "BK2024",
    title: "list inside a string",
    bad: 'variables: { L: { default: [a] } }\ntargets: { a: { target: "x-«${L}" } }',
    good: 'variables: { L: { default: [a] } }\ntargets: { a: { tags: "${L}" } }',
  },
  {
    code: "BK2024",
    title: "list for a string",
    bad: 'variables: { L: { type: "set(string)" } }\ntargets: { a: { context: "«${L}" } }',
    good: 'variables: { L: { type: string } }\ntargets: { a: { context: "${L}" } }',
  },
  {
    code: "BK2024",
    title: "scalar for a list",
    bad: 'variables: { L: a }\ntargets: { a: { platforms: "«${L}" } }',
    good: 'variables: { L: { type: "list(string)" } }\ntargets: { a: { platforms: "${L}" } }',
  },
  {
    code: "BK2024",
    title: "list for a flag",
    bad: 'variables: { L: { default: [a] } }\ntargets: { a: { pull: "«${L}" } }',
    good: 'variables: { L: true }\ntargets: { a: { pull: "${L}" } }',
  },
  // --- variables
  {
    code: "BK2025",
    title: "name that bake ignores",
    bad: "variables: { «target: x }",
    good: "variables: { targets: x }",
  },
  {
    code: "BK2025",
    title: "bkcache's own prefix",
    bad: "variables: { «BKCACHE_READ_SCOPE: x }",
    good: "variables: { READ_SCOPE: x }",
  },
  { code: "BK2026", title: "name of the environment", bad: "variables: { «HOME: x }", good: "variables: { HOUSE: x }" },
  {
    code: "BK2027",
    title: "type that does not exist",
    bad: "variables: { A: { type: «strnig } }",
    good: "variables: { A: { type: string } }",
  },
  {
    code: "BK2027",
    title: "type that is not closed",
    bad: 'variables: { A: { type: «"list(string" } }',
    good: 'variables: { A: { type: "map(list(number))" } }',
  },
  {
    code: "BK2027",
    title: "default of another type",
    bad: 'variables: { A: { type: "list(string)", default: «a } }',
    good: 'variables: { A: { type: "list(string)", default: [a] } }',
  },
  {
    code: "BK2027",
    title: "default without a field",
    bad: 'variables: { A: { type: "object({ a = string, b = number })", default: «{ a: x } } }',
    good: 'variables: { A: { type: "object({ a = string, b = number })", default: { a: x, b: 1 } } }',
  },
  // --- matrix
  {
    code: "BK2028",
    title: "name without matrix",
    bad: "targets: { a: { «name: b } }",
    good: 'targets: { a: { name: b, matrix: { v: ["1"] } } }',
  },
  {
    code: "BK2029",
    title: "axis with a variable's name",
    bad: 'variables: { v: x }\ntargets: { a: { matrix: { «v: ["1"] } } }',
    good: 'variables: { V: x }\ntargets: { a: { matrix: { v: ["1"] } } }',
  },
  {
    code: "BK2030",
    title: "empty axis",
    bad: "targets: { a: { matrix: { v: «[] } } }",
    good: 'targets: { a: { matrix: { v: ["1"] } } }',
  },
  { code: "BK2030", title: "no axis", bad: "targets: { a: { matrix: «{} } }", good: "targets: { a: {} }" },
  {
    code: "BK2030",
    title: "too many targets",
    bad: `targets: { a: { matrix: «{ ${axes(5, 10)} } } }`,
    good: `targets: { a: { matrix: { ${axes(3, 10)} } } }`,
  },
  {
    code: "BK2032",
    title: "parent with a matrix",
    bad: 'targets: { a: { matrix: { v: ["1"] } }, b: { inherits: [«a] } }',
    good: 'targets: { a: { matrix: { v: ["1"] } }, b: { inherits: [a-1] } }',
  },
  {
    code: "BK2032",
    title: "parent that is a group",
    bad: "targets: { b: { inherits: [«g] } }\ngroups: { g: [b] }",
    good: "targets: { b: { inherits: [g] }, g: {} }\ngroups: { g: [b] }",
  },
  {
    code: "BK2032",
    title: "link to a matrix",
    bad: 'targets: { a: { matrix: { v: ["1"] } }, b: { contexts: { x: «target:a } } }',
    good: 'targets: { a: { matrix: { v: ["1"] } }, b: { contexts: { x: target:a-1 } } }',
  },
  { code: "BK2033", title: "inherits itself", bad: "targets: { a: { inherits: [«a] } }", good: "targets: { a: {} }" },
  {
    code: "BK2033",
    title: "inherits in a circle",
    bad: "targets: { a: { inherits: [b] }, b: { inherits: [«a] } }",
    good: "targets: { a: { inherits: [b] }, b: {} }",
  },
  {
    code: "BK2033",
    title: "links itself",
    bad: "targets: { a: { contexts: { x: «target:a } } }",
    good: "targets: { a: { contexts: { a: . } } }",
  },
  {
    code: "BK2033",
    title: "links in a circle",
    bad: "targets: { a: { contexts: { x: target:b } }, b: { contexts: { x: «target:a } } }",
    good: "targets: { a: { contexts: { x: target:b } }, b: {} }",
  },
  {
    code: "BK2034",
    title: "groups in a circle",
    bad: "groups: { a: [b], b: [«a] }",
    good: "groups: { a: [b], b: [] }",
  },
  {
    code: "BK2034",
    title: "group in itself",
    bad: "groups: { a: [«a] }",
    good: "targets: { a: {} }\ngroups: { a: [a] }",
  },
  // --- backends
  ...["accessKeyId", "secret_access_key", "sessionToken", "password", "ghtoken"].map((key): Case => ({
    code: "BK2040",
    title: `${key} of a backend`,
    bad: `backends: { b: { type: s3, bucket: x, «${key}: y } }`,
    good: "backends: { b: { type: s3, bucket: x } }",
  })),
  {
    code: "BK2040",
    title: "in an entry",
    bad: "targets: { a: { cacheFrom: ['type=s3,bucket=b,«secret_access_key=y'] } }",
    good: "targets: { a: { cacheFrom: ['type=s3,bucket=b'] } }",
  },
  {
    code: "BK2040",
    title: "in an entry by a variable",
    bad: 'variables: { S: "" }\ntargets: { a: { cacheFrom: [{ type: s3, bucket: b, «access_key_id: "${S}" }] } }',
    good: "targets: { a: { cacheFrom: [{ type: s3, bucket: b }] } }",
  },
  {
    code: "BK2040",
    title: "in a URL",
    bad: "targets: { a: { context: «https://me:pass@example.com/x.git } }",
    good: "targets: { a: { context: https://example.com/x.git } }",
  },
  {
    code: "BK2040",
    title: "token in an argument",
    bad: `targets: { a: { args: { X: «ghp_${"a1".repeat(18)} } } }`,
    good: "targets: { a: { args: { X: ghp } } }",
  },
  {
    code: "BK2041",
    title: "compression of gha",
    bad: "backends: { b: { type: gha, «compression: zstd } }",
    good: "backends: { b: { type: local, path: x, compression: zstd } }",
  },
  {
    code: "BK2041",
    title: "compression of azblob, and of s3",
    bad: "backends: { b: { type: azblob, accountUrl: https://x, «compression: zstd } }",
    good: "backends: { b: { type: s3, bucket: x, region: r, compression: zstd, compressionLevel: 3, forceCompression: true } }",
  },
  {
    code: "BK2041",
    title: "compression of azblob",
    bad: "backends: { b: { type: azblob, accountUrl: https://x, «compressionLevel: 3 } }",
    good: "backends: { b: { type: azblob, accountUrl: https://x } }",
  },
  {
    code: "BK2041",
    title: "compression of a gha entry",
    bad: "targets: { a: { cacheTo: ['type=gha,«compression=zstd'] } }",
    good: "targets: { a: { cacheTo: ['type=registry,ref=x,compression=zstd'] } }",
  },
  {
    code: "BK2042",
    title: "path style",
    bad: "backends: { b: { type: s3, bucket: x, «usePathStyle: true } }",
    good: "backends: { b: { type: s3, bucket: x, usePathStyle: true, endpointUrl: https://m } }",
  },
  {
    code: "BK2043",
    title: "plain http",
    bad: "backends: { b: { type: s3, bucket: x, endpointUrl: «http://m:9000 } }",
    good: "backends: { b: { type: s3, bucket: x, endpointUrl: http://m:9000, insecure: true } }",
  },
  {
    code: "BK2044",
    title: "url beside bucket",
    bad: "backends: { b: { type: s3, url: s3://x/y/, «bucket: x } }",
    good: "backends: { b: { type: s3, url: s3://x/y/ } }",
  },
  {
    code: "BK2044",
    title: "url beside prefix",
    bad: "backends: { b: { type: gcs, url: gcs://x/, «prefix: y/ } }",
    good: "backends: { b: { type: gcs, url: gs://x/y/ } }",
  },
  {
    code: "BK2055",
    title: "tier without the relay",
    bad: "backends: { b: { type: s3, bucket: x, relay: off, «tier: { path: ~/t, maxSize: 1GB } } }",
    good: "backends: { b: { type: s3, bucket: x, relay: always, tier: { path: ~/t, maxSize: 1GB } } }",
  },
  {
    code: "BK2013",
    title: "tier without a bound",
    bad: "backends: { b: { type: gcs, url: gs://x/, «tier: { path: ~/t } } }",
    good: "backends: { b: { type: gcs, url: gs://x/, tier: { path: ~/t, maxSize: 1GB } } }",
  },
  {
    code: "BK2012",
    title: "tier of no size",
    bad: "backends: { b: { type: gcs, url: gs://x/, tier: { path: ~/t, maxSize: «0B } } }",
    good: "backends: { b: { type: gcs, url: gs://x/, tier: { path: ~/t, maxSize: 1B } } }",
  },
  {
    code: "BK2012",
    title: "way of credentials that there is not",
    bad: "backends: { b: { type: gcs, url: gs://x/, auth: «adc } }",
    good: "backends: { b: { type: gcs, url: gs://x/, auth: hmac } }",
  },
  {
    code: "BK2044",
    title: "scheme",
    bad: "backends: { b: { type: s3, url: «https://x/y } }",
    good: 'variables: { B: x }\nbackends: { b: { type: s3, url: "s3://${B}/y" } }',
  },
  {
    code: "BK2044",
    title: "no bucket in url",
    bad: "backends: { b: { type: s3, url: «s3:///y } }",
    good: "backends: { b: { type: s3, url: s3://x } }",
  },
  {
    code: "BK2012",
    title: "endpoint without scheme",
    bad: "backends: { b: { type: s3, bucket: x, endpointUrl: «minio:9000 } }",
    good: "backends: { b: { type: s3, bucket: x, endpointUrl: https://minio:9000 } }",
  },
  {
    code: "BK2012",
    title: "level of a compression",
    bad: "backends: { b: { type: local, path: x, compressionLevel: «12 } }",
    good: "backends: { b: { type: local, path: x, compression: zstd, compressionLevel: 12 } }",
  },
  {
    code: "BK2012",
    title: "tag on a registry backend",
    bad: "backends: { b: { type: registry, ref: «ghcr.io/a/b:c } }",
    good: "backends: { b: { type: registry, ref: localhost:5000/a/b } }",
  },
  {
    code: "BK2012",
    title: "manifest without its media types",
    bad: "backends: { b: { type: registry, ref: a/b, «imageManifest: true, ociMediatypes: false } }",
    good: "backends: { b: { type: registry, ref: a/b, imageManifest: true } }",
  },
  {
    code: "BK2012",
    title: "backend named twice",
    bad: "backends: { b: { type: gha } }\ncache: { write: [b, «b] }",
    good: "backends: { b: { type: gha } }\ncache: { read: [b], write: [b] }",
  },
  {
    code: "BK2050",
    title: "registry for mounts",
    bad: "backends: { b: { type: gha } }\ncache: { mounts: «b }",
    good: "backends: { b: { type: local, path: x } }\ncache: { mounts: b }",
  },
  // --- raw entries
  {
    code: "BK2045",
    title: "two names to import",
    bad: "targets: { a: { cacheFrom: ['type=s3,bucket=b,«name=x;y'] } }",
    good: "targets: { a: { cacheTo: ['type=s3,bucket=b,name=x;y'] } }",
  },
  {
    code: "BK2047",
    title: "misspelt attribute",
    bad: "targets: { a: { cacheTo: ['type=s3,«bukcet=b'] } }",
    good: "targets: { a: { cacheTo: ['type=s3,bucket=b'] } }",
  },
  {
    code: "BK2047",
    title: "misspelt attribute of an object",
    bad: "targets: { a: { cacheTo: [{ type: local, dest: x, «ignore_error: true }] } }",
    good: "targets: { a: { cacheTo: [{ type: local, dest: x, ignore-error: true }] } }",
  },
  {
    code: "BK2047",
    title: "blank in a key",
    bad: "targets: { a: { cacheTo: ['type=s3,bucket=b,« region=r'] } }",
    good: "targets: { a: { cacheTo: ['type=s3,bucket=b,region=r'] } }",
  },
  {
    code: "BK2047",
    title: "attribute of the other direction",
    bad: "targets: { a: { cacheFrom: ['type=registry,ref=x,«mode=max'] } }",
    good: "targets: { a: { cacheTo: ['type=registry,ref=x,mode=max'] } }",
  },
  {
    code: "BK2047",
    title: "in defaults",
    bad: "defaults: { cacheTo: ['type=gha,«scop=x'] }",
    good: "defaults: { cacheTo: ['type=gha,scope=x'] }",
  },
  {
    code: "BK2048",
    title: "mode",
    bad: "targets: { a: { cacheTo: ['type=gha,«mode=maximum'] } }",
    good: "targets: { a: { cacheTo: ['TYPE=gha,MODE=max'] } }",
  },
  {
    code: "BK2048",
    title: "mode of inline",
    bad: "targets: { a: { cacheTo: ['type=inline,«mode=max'] } }",
    good: "targets: { a: { cacheTo: ['type=inline,mode=min'] } }",
  },
  {
    code: "BK2048",
    title: "flag",
    bad: "targets: { a: { cacheTo: [{ type: gha, ignore-error: «yes }] } }",
    good: "targets: { a: { cacheTo: [{ type: gha, ignore-error: t }] } }",
  },
  {
    code: "BK2048",
    title: "compression",
    bad: "targets: { a: { cacheTo: ['type=registry,ref=x,«compression=lz4'] } }",
    good: "targets: { a: { cacheTo: ['type=registry,ref=x,compression=estargz'] } }",
  },
  {
    code: "BK2049",
    title: "type",
    bad: "targets: { a: { cacheTo: ['«type=s4,bucket=b'] } }",
    good: 'variables: { T: s3 }\ntargets: { a: { cacheTo: ["type=${T},bucket=b"] } }',
  },
  {
    code: "BK2049",
    title: "no type",
    bad: "targets: { a: { cacheTo: [«'ref=x'] } }",
    good: "targets: { a: { cacheTo: ['x', '', 'type=registry,\"ref=a,b\"'] } }",
  },
  {
    code: "BK2049",
    title: "quotes",
    bad: "targets: { a: { cacheTo: [«'type=registry,ref=\"x\"'] } }",
    good: "targets: { a: { cacheTo: ['type=registry,\"ref=x\"'] } }",
  },
  {
    code: "BK2049",
    title: "needed attribute",
    bad: "targets: { a: { cacheFrom: [«'type=local,tag=x'] } }",
    good: "targets: { a: { cacheFrom: ['type=local,src=x,tag=x'] } }",
  },
  {
    code: "BK2047",
    title: "dest where a local cache is read",
    bad: "targets: { a: { cacheFrom: [{ type: local, «dest: x }] } }",
    good: "targets: { a: { cacheFrom: [{ type: local, src: x }] } }",
  },
  {
    code: "BK2047",
    title: "src where a local cache is written",
    bad: "targets: { a: { cacheTo: ['type=local,«src=x'] } }",
    good: "targets: { a: { cacheTo: ['type=local,dest=x'] } }",
  },
  {
    code: "BK2049",
    title: "inline import",
    bad: "targets: { a: { cacheFrom: ['«type=inline'] } }",
    good: "targets: { a: { cacheFrom: false, cacheTo: [] } }",
  },
  // --- mounts
  {
    code: "BK2012",
    title: "mode of a mount",
    bad: 'mounts: { m: { preset: npm, mode: «"755" } }',
    good: 'mounts: { m: { preset: npm, mode: "0755" } }',
  },
  {
    code: "BK2012",
    title: "line break in a variable of a mount",
    bad: 'mounts: { m: { target: /m, env: { A: «"b\\nc" } } }',
    good: 'mounts: { m: { target: /m, env: { A: "b c" } } }',
  },
  {
    code: "BK2012",
    title: "folder with a letter that BuildKit garbles in a flag",
    bad: "mounts: { m: { target: «/cäche } }",
    good: "mounts: { m: { target: /cache } }",
  },
  {
    code: "BK2012",
    title: "folder with a variable of the shell",
    bad: "mounts: { m: { target: «/home/$USER/x } }",
    good: "mounts: { m: { target: /home/user/x } }",
  },
  { code: "BK2012", title: "root folder", bad: "mounts: { m: { target: «/ } }", good: "mounts: { m: { target: /m } }" },
  {
    code: "BK2012",
    title: "relative folder",
    bad: "mounts: { m: { target: «m } }",
    good: "mounts: { m: { target: /m } }",
  },
  {
    code: "BK2051",
    title: "sharing of one id",
    bad: "mounts:\n  m: { target: /m, id: x }\n  n: { target: /n, id: x, sharing: «locked }",
    good: "mounts:\n  m: { target: /m, id: x, sharing: locked }\n  n: { target: /n, id: x, sharing: locked }",
  },
  {
    code: "BK2051",
    title: "owner of one id",
    bad: "mounts:\n  m: { target: /m, id: x, uid: 1 }\n  «n: { target: /m, id: x }",
    good: "mounts:\n  m: { target: /m, id: x, uid: 1 }\n  n: { target: /m }",
  },
  {
    code: "BK2052",
    title: "private and carried",
    bad: "mounts: { m: { target: /m, sharing: «private } }",
    good: "mounts: { m: { target: /m, sharing: private, persist: false } }",
  },
  // --- values
  {
    code: "BK2081",
    title: "platform",
    bad: "targets: { a: { platforms: [«linux amd64] } }",
    good: "targets: { a: { platforms: [linux/arm/v7, local, 'windows(10.0.1)/amd64'] } }",
  },
  {
    code: "BK2081",
    title: "several platforms in one",
    bad: "targets: { a: { platforms: [«'linux/amd64,linux/arm64'] } }",
    good: "targets: { a: { platforms: [linux/amd64, linux/arm64] } }",
  },
  {
    code: "BK2080",
    title: "network",
    bad: "targets: { a: { network: «bridge } }",
    good: "targets: { a: { network: host } }",
  },
  {
    code: "BK2012",
    title: "context from standard input",
    bad: 'targets: { a: { context: «"-" } }',
    good: "targets: { a: { context: . } }",
  },
  {
    code: "BK2012",
    title: "secret from two places",
    bad: "targets: { a: { secret: [«{ id: a, src: b, env: C }] } }",
    good: "targets: { a: { secret: [{ id: a, src: b }] } }",
  },
  {
    code: "BK2012",
    title: "misspelt field of a secret",
    bad: "targets: { a: { secret: [«'id=a,evn=B'] } }",
    good: "targets: { a: { secret: ['type=env,id=B'] } }",
  },
  {
    code: "BK2012",
    title: "external and declared",
    bad: "external: [«a]\ntargets: { a: {} }",
    good: "external: [b]\ntargets: { a: {} }",
  },
  {
    code: "BK2053",
    title: "path in normal form D",
    bad: `targets: { a: { context: «${"café".normalize("NFD")} } }`,
    good: `targets: { a: { context: ${"café".normalize("NFC")} } }`,
  },
  {
    code: "BK2054",
    title: "default of a secret's name",
    bad: "variables: { NPM_TOKEN: «abc }",
    good: 'variables: { NPM_TOKEN: "" }',
  },
  {
    code: "BK2054",
    title: "argument with a secret's name",
    bad: "targets: { a: { args: { DB_PASSWORD: «abc } } }",
    good: "targets: { a: { args: { DB_PASSWORD_FILE: abc } } }",
  },
  {
    code: "BK2054",
    title: "secret that is handed on as an argument of another name",
    bad: 'variables: { NPM_TOKEN: "" }\ntargets: { a: { args: { X: «"a${NPM_TOKEN}" } } }',
    good: 'variables: { NPM_TOKENS: "" }\ntargets: { a: { args: { X: "a${NPM_TOKENS}$${NPM_TOKEN}" } } }',
  },
  // --- bake files
  { code: "BK2012", title: "bake without a file", bad: "bake: «[]", good: "bake: [docker-bake.hcl]" },
  {
    code: "BK2093",
    title: "defaults that reach no target",
    bad: "bake: a.hcl\ndefaults: { cache: false, «pull: true }\ntargets: { api: { cache: false } }",
    good: "bake: a.hcl\ndefaults: { cache: false, pull: true }\ntargets: { own: { context: . } }",
  },
];

function axes(count: number, values: number): string {
  const list = JSON.stringify(Array.from({ length: values }, (_, i) => `${i}`));
  return Array.from({ length: count }, (_, i) => `x${i}: ${list}`).join(", ");
}

describe("each rule finds what breaks it, there and nothing else", () => {
  test.each(cases)("$code $title", async ({ code, bad }) => {
    const { text, places } = marked(bad);
    const { errors, warnings } = await readText(text);
    expect([...errors, ...warnings].map(brief)).toEqual(places.map((place) => `${code} ${place}`));
    expect(places).toHaveLength(1);
  });
});

describe("each rule lets pass what keeps it", () => {
  test.each(cases)("$code $title", async ({ good }) => {
    const { errors, warnings } = await readText(good);
    expect([...errors, ...warnings]).toEqual([]);
  });
});

describe("levels", () => {
  test("an unknown key that is let pass is left out", async () => {
    const text =
      "backends: { b: { type: gha, scope: sc, compression: zstd, foo: 1 } }\nrules: { BK2010: warn, BK2041: off }";
    const { valid, warnings } = await readText(text);
    expect(warnings.map(brief)).toEqual(["BK2010 1:59"]);
    expect(valid?.config.backends).toEqual({ b: { type: "gha", scope: "sc" } });
  });

  const changeable = cases.filter(({ code }) => "level" in codes[code]);

  test("cover every kind that may be changed", () => {
    expect(new Set(changeable.map(({ code }) => code)).size).toBeGreaterThan(10);
  });
  test.each(changeable)("off: $code $title", async ({ code, bad }) => {
    const { errors, warnings } = await readText(`${marked(bad).text}\nrules: { ${code}: off }`);
    expect([...errors, ...warnings]).toEqual([]);
  });
  test.each(changeable)("warn: $code $title", async ({ code, bad }) => {
    const { valid, warnings } = await readText(`${marked(bad).text}\nrules: { ${code}: warn }`);
    expect(valid).not.toBeNull();
    expect(warnings.map((warning) => warning.code)).toEqual([code]);
  });
  test.each(changeable)("error: $code $title", async ({ code, bad }) => {
    const { errors } = await readText(`${marked(bad).text}\nrules: { ${code}: error }`);
    expect(errors.map((error) => error.code)).toEqual([code]);
  });
});

test("a target is never told to inherit itself", async () => {
  const [finding] = (await readText("targets: { api: { inherits: [ap] } }")).errors;
  expect(finding?.hint).not.toContain("did you mean");
});
