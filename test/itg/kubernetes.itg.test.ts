import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { pythonDir } from "../toolchain/locate.mjs";

/* The manifests of docs/, by the schemas of Kubernetes that know no key but its own. */

const schemas = join(pythonDir(), "kubernetes_validate", "kubernetes-json-schema", "v1.37.0-local-strict");
const read = (name: string) => JSON.parse(readFileSync(join(schemas, name), "utf8")) as { readonly $id: string };
const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema(read("_definitions.json"));

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
}

/** What is wrong with a manifest. */
function faultsOf(manifest: Manifest): readonly string[] {
  const { apiVersion, kind } = manifest;
  const [version = "", group = ""] = apiVersion.split("/").toReversed();
  const name = [kind.toLowerCase(), ...(group === "" ? [] : [group.split(".")[0]]), version].join("-");
  const schema = read(`${name}.json`);
  const validate = ajv.getSchema(schema.$id) ?? ajv.compile(schema);
  void validate(manifest);
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${kind} ${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

function manifestsOf(file: string): readonly Manifest[] {
  return parseAllDocuments(readFileSync(`docs/${file}`, "utf8"), { uniqueKeys: true }).map(
    (each) => each.toJS() as Manifest,
  );
}

test.each(["kubernetes.yaml", "kubernetes-builder.yaml"])("%s has no fault", (file) => {
  const manifests = manifestsOf(file);
  expect(manifests.length).toBeGreaterThan(3);
  expect(manifests.flatMap(faultsOf)).toEqual([]);
});

test("a key that Kubernetes does not know is a fault", () => {
  const deployment = manifestsOf("kubernetes.yaml").find(({ kind }) => kind === "Deployment");
  const wrong = parse(JSON.stringify(deployment).replace('"readinessProbe"', '"readynessProbe"')) as Manifest;
  expect(faultsOf(wrong).join()).toContain("readynessProbe");
});

test("the builders' namespace may call the relay", () => {
  const [namespace] = manifestsOf("kubernetes-builder.yaml") as unknown as readonly { metadata: { labels: object } }[];
  const policy = manifestsOf("kubernetes.yaml").find(({ kind }) => kind === "NetworkPolicy");
  expect(JSON.stringify(policy)).toContain('"namespaceSelector":{"matchLabels":{"bkcache-relay":"true"}}');
  expect(namespace?.metadata.labels).toMatchObject({ "bkcache-relay": "true" });
});
