import { chmodSync, readFileSync } from "node:fs";
import { Command } from "commander";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { configure } from "../../src/cli/commands/relay.ts";
import type { CommandContext } from "../../src/cli/command.ts";
import { loadConfig } from "../../src/config/load.ts";
import { locateConfig } from "../../src/config/locate.ts";
import { validateConfig } from "../../src/config/validate.ts";
import { readKeys } from "../../src/relay/keys.ts";
import { makeWorkspace } from "../support/workspace.ts";

// What `kubectl apply` would only find in a cluster: names that lead nowhere, and a command line that is none.

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly stringData?: Readonly<Record<string, string>>;
  readonly spec: Spec;
}

interface Spec {
  readonly selector: { readonly matchLabels: object };
  readonly podSelector: { readonly matchLabels: object };
  readonly ports: readonly { readonly targetPort: string }[];
  readonly ingress: readonly { readonly ports: readonly { readonly port: string }[] }[];
  readonly template: {
    readonly metadata: { readonly labels: object; readonly annotations: object };
    readonly spec: PodSpec;
  };
}

interface PodSpec {
  readonly serviceAccountName: string;
  readonly terminationGracePeriodSeconds: number;
  readonly containers: readonly {
    readonly image: string;
    readonly command: readonly string[];
    readonly args: readonly string[];
    readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
    readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
    readonly readinessProbe: { readonly httpGet: { readonly path: string; readonly port: string } };
    readonly livenessProbe: { readonly httpGet: { readonly path: string; readonly port: string } };
  }[];
  readonly volumes: readonly {
    readonly name: string;
    readonly configMap?: { readonly name: string };
    readonly secret?: { readonly secretName: string };
  }[];
}

const documents = parseAllDocuments(readFileSync("docs/kubernetes.yaml", "utf8"), { uniqueKeys: true });
const manifests = documents.map((document) => document.toJS() as Manifest);
const find = (kind: string): Manifest => {
  const found = manifests.filter((manifest) => manifest.kind === kind);
  if (found[0] === undefined || found.length > 1) throw new Error(`${found.length} manifests of ${kind}`);
  return found[0];
};
const { spec: deployment } = find("Deployment");
const pod = deployment.template.spec;
const [container] = pod.containers;

test("every manifest is YAML, has its kind's version, and lies in the namespace", () => {
  expect(documents.flatMap(({ errors, warnings }) => errors.concat(warnings))).toEqual([]);
  const versions = { Deployment: "apps/v1", NetworkPolicy: "networking.k8s.io/v1" } as Readonly<Record<string, string>>;
  for (const { apiVersion, kind, metadata } of manifests) {
    expect([kind, apiVersion]).toEqual([kind, versions[kind] ?? "v1"]);
    expect(metadata.name).toMatch(/^[a-z0-9-]+$/);
    if (kind !== "Namespace") expect(metadata.namespace).toBe(find("Namespace").metadata.name);
  }
});

test("what is named is there", () => {
  expect(deployment.selector.matchLabels).toEqual(deployment.template.metadata.labels);
  expect(find("Service").spec.selector).toEqual(deployment.template.metadata.labels);
  expect(find("NetworkPolicy").spec.podSelector.matchLabels).toEqual(deployment.template.metadata.labels);
  expect(pod.serviceAccountName).toBe(find("ServiceAccount").metadata.name);
  const ports = container?.ports.map(({ name }) => name);
  expect(ports).toEqual(find("Service").spec.ports.map(({ targetPort }) => targetPort));
  expect(ports).toEqual(find("NetworkPolicy").spec.ingress.flatMap((rule) => rule.ports.map(({ port }) => port)));
  for (const { httpGet } of [container?.readinessProbe, container?.livenessProbe].filter(
    (probe) => probe !== undefined,
  ))
    expect(httpGet).toEqual({ path: "/healthz", port: ports?.[0] });
  expect(container?.volumeMounts.map(({ name }) => name)).toEqual(pod.volumes.map(({ name }) => name));
  const sources = pod.volumes.flatMap(({ configMap, secret }) => configMap?.name ?? secret?.secretName ?? []);
  expect(sources).toEqual([find("ConfigMap").metadata.name, find("Secret").metadata.name]);
  // The relay gives what is under way 20 s.
  expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(25);
});

test("the command line is one of this version, and names what is mounted", async () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { readonly version: string };
  // What is on npm under this name is another package.
  expect(container?.command).toEqual(["bkcache"]);
  expect(container?.image).toBe(`registry.example/acme/bkcache:${version}`);
  expect(readFileSync("docs/relay.md", "utf8")).toContain(`COPY bkcache-${version}.tgz`);
  const [verb, ...args] = container?.args ?? [];
  expect(verb).toBe("relay");
  const command = configure(new Command("relay").exitOverride(), {} as CommandContext).action(() => {});
  await command.parseAsync(args, { from: "user" });
  const { listen, keys, config } = command.opts<{ listen: string; keys: string; config: string }>();
  expect(listen).toBe(`0.0.0.0:${container?.ports[0]?.containerPort}`);
  const mounts = container?.volumeMounts.map(({ mountPath }) => mountPath);
  const files = makeWorkspace();
  for (const [path, contents] of [
    [config, find("ConfigMap").data],
    [keys, find("Secret").stringData],
  ] as const) {
    const [, folder, name = ""] = /^(\/\w+)\/(.*)$/.exec(path) ?? [];
    expect(mounts).toContain(folder);
    files.write(name, contents?.[name] ?? "");
  }
  const located = await locateConfig({ cwd: files.dir, file: "bkcache.config.yaml" });
  if (located === null) throw new Error("no config");
  await import("../../src/config/read-yaml.ts");
  const { config: valid } = validateConfig(await loadConfig(located));
  expect(valid.backends).toMatchObject({ remote: { type: "gcs" } });
  chmodSync(files.path("keys.json"), 0o440);
  expect(readKeys("keys.json", files.dir).map(({ mayWrite }) => mayWrite)).toEqual([true, false]);
});
