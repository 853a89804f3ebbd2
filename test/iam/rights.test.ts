import { describe, expect, test } from "vitest";
import { bindingCommand } from "../../src/iam/gcs-bindings.ts";
import { describeRights, type IamRequest } from "../../src/iam/describe.ts";
import { s3Policy } from "../../src/iam/s3-policy.ts";
import { fakeHost } from "../support/fake-builder.ts";
import { makeWorkspace } from "../support/workspace.ts";

const trust = `
trust:
  main: { when: [default-branch, merge-queue] }
  pr: { when: change-request, reads: [main] }
  fork: { when: fork, reads: [main], cache: read }
  release: { when: [tag, "branch:release/**", local], cache: off }
`;
const configOf = (backends: string, levels = trust) => `
project: shop
${levels}
backends: { ${backends} }
cache: { read: [remote], write: [remote] }
targets: { api: {} }
`;
const s3 = "remote: { type: s3, url: s3://acme/shop, region: eu-central-1 }";
const gcs = "remote: { type: gcs, url: gs://acme/shop }".replace("gs:", "gcs:");

async function rightsOf(config: string, more: Partial<IamRequest> = {}, env: Readonly<Record<string, string>> = {}) {
  const workspace = makeWorkspace({ "bkcache.config.yaml": config });
  const host = { ...fakeHost().host, cwd: workspace.dir, env };
  const nothing = { config: undefined, level: undefined, kind: undefined, repository: undefined };
  return describeRights(host, { ...nothing, account: undefined, project: undefined, deletes: false, ...more });
}

describe("AWS", () => {
  test("a change request writes its own level and reads the default branch's, and nothing else", async () => {
    const { levels } = await rightsOf(configOf(s3), { level: "pr" });
    expect(levels[0]?.aws?.policy).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "List",
          Effect: "Allow",
          Action: ["s3:ListBucket"],
          Resource: ["arn:aws:s3:::acme"],
          Condition: { StringLike: { "s3:prefix": ["shop/trust/pr/*", "shop/trust/main/*"] } },
        },
        {
          Sid: "Read",
          Effect: "Allow",
          Action: ["s3:GetObject"],
          Resource: ["arn:aws:s3:::acme/shop/trust/pr/*", "arn:aws:s3:::acme/shop/trust/main/*"],
        },
        {
          Sid: "Write",
          Effect: "Allow",
          Action: ["s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
          Resource: ["arn:aws:s3:::acme/shop/trust/pr/*"],
        },
      ],
    });
  });

  test("only a job that prunes may delete, and that only where its level writes", async () => {
    const { levels } = await rightsOf(configOf(s3), { level: "pr", deletes: true });
    const deleting = levels[0]?.aws?.policy.Statement.filter((each) => JSON.stringify(each).includes("DeleteObject"));
    expect(deleting).toMatchObject([{ Resource: ["arn:aws:s3:::acme/shop/trust/pr/*"] }]);
    await expect(rightsOf(configOf(s3), { level: "fork", deletes: true })).rejects.toMatchObject({ code: "BK1002" });
  });

  test("a level that reads has no right to write, and one that is off none at all", async () => {
    const { levels } = await rightsOf(configOf(s3));
    expect(levels.map(({ level }) => level)).toEqual(["fork", "main", "pr", "release"]);
    expect(JSON.stringify(levels[0])).not.toContain("s3:PutObject");
    expect(levels[3]).toEqual({ level: "release", when: ["tag", "branch:release/**", "local"] });
  });

  test("who may take a role follows from `when`", async () => {
    const said = { repository: "acme@1/shop@2", account: "123456789012" };
    const { levels } = await rightsOf(configOf(s3), said, { CI_DEFAULT_BRANCH: "trunk", GITLAB_CI: "true" });
    const subjects = levels.map(({ level, aws }) => [
      level,
      ...[aws?.trust.github, aws?.trust.gitlab].map(
        (policy) => JSON.stringify(policy)?.match(/:sub":\[([^\]]*)\]/)?.[1],
      ),
    ]);
    expect(subjects).toEqual([
      ["fork", undefined, undefined],
      [
        "main",
        '"repo:acme@1/shop@2:ref:refs/heads/trunk","repo:acme@1/shop@2:ref:refs/heads/gh-readonly-queue/trunk/*"',
        '"project_path:acme@1/shop@2:ref_type:branch:ref:trunk"',
      ],
      ["pr", '"repo:acme@1/shop@2:pull_request"', '"project_path:acme@1/shop@2:ref_type:branch:ref:*"'],
      ["release", undefined, undefined],
    ]);
    expect(levels[1]?.aws?.trust.github).toMatchObject({
      Statement: [
        {
          Principal: { Federated: "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" },
          Action: "sts:AssumeRoleWithWebIdentity",
          Condition: { StringEquals: { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" } },
        },
      ],
    });
    expect(levels[0]?.aws?.trust.github).toBeNull();
  });

  test("a request's token is no token of what the default branch has", async () => {
    const { levels } = await rightsOf(configOf(s3), { repository: "a/b" });
    const [, main, pr] = levels;
    const matches = (policy: object | null | undefined, subject: string) =>
      [...(JSON.stringify(policy).match(/"repo:[^"]*"/g) ?? [])].some((pattern) =>
        new RegExp(`^${(JSON.parse(pattern) as string).replaceAll("*", ".*")}$`).test(subject),
      );
    expect(matches(main?.aws?.trust.github, "repo:a/b:pull_request")).toBe(false);
    expect(matches(main?.aws?.trust.github, "repo:a/b:ref:refs/heads/main")).toBe(true);
    expect(matches(main?.aws?.trust.github, "repo:a/b:ref:refs/heads/main2")).toBe(false);
    expect(matches(pr?.aws?.trust.github, "repo:a/b:ref:refs/heads/main")).toBe(false);
  });

  test("without levels it is one place, for every branch", async () => {
    const { levels } = await rightsOf(configOf(s3, ""));
    expect(levels).toMatchObject([{ level: null, when: ["branch:**"] }]);
    expect(JSON.stringify(levels[0]?.aws?.policy)).toContain('"arn:aws:s3:::acme/shop/*"');
    expect(JSON.stringify(levels[0]?.aws?.trust.github)).toContain("repo:OWNER/REPO:ref:refs/heads/*");
  });

  test("what is a pattern to IAM stands for itself", () => {
    const [, read] = s3Policy([{ kind: "aws", bucket: "b", prefix: "a*?$/", writes: false }], {
      deletes: false,
    }).Statement;
    expect(read).toMatchObject({ Resource: ["arn:aws:s3:::b/a${*}${?}${$}/*"] });
  });
});

describe("which kind", () => {
  test.each([
    [s3, {}, "aws"],
    ["remote: { type: s3, url: s3://a/b, region: x, endpointUrl: https://s3.eu-west-1.amazonaws.com }", {}, "aws"],
    ["remote: { type: s3, url: s3://a/b, region: x, endpointUrl: https://minio.test }", {}, "minio"],
    ["remote: { type: s3, url: s3://a/b, region: x, profile: minio }", {}, "minio"],
    [s3, { AWS_ENDPOINT_URL: "https://minio.test" }, "minio"],
    [gcs, {}, "gcs"],
  ] as const)("%s with %o is %s", async (backend, env, kind) => {
    const { levels } = await rightsOf(configOf(backend), { level: "main" }, env);
    expect(Object.keys(levels[0] ?? {})).toEqual(["level", "when", kind]);
    const [asked] = (await rightsOf(configOf(backend), { level: "main", kind: "minio" }, env)).levels;
    expect(asked?.minio?.policy.Statement).toHaveLength(3);
  });
});

test("Google: objects by their name, listings by the prefix that they say", async () => {
  const { levels } = await rightsOf(configOf(gcs), { level: "pr", project: "acme-1" });
  const bindings = levels[0]?.gcs?.bindings ?? [];
  expect(bindings.map(({ role }) => role)).toEqual([
    "projects/acme-1/roles/bkcacheWrite",
    "projects/acme-1/roles/bkcacheRead",
  ]);
  expect(bindings[1]?.condition.expression).toBe(
    'resource.name.startsWith("projects/_/buckets/acme/objects/shop/trust/main/") || (resource.type == "storage.googleapis.com/Bucket" && api.getAttribute("storage.googleapis.com/objectListPrefix", "").startsWith("shop/trust/main/"))',
  );
  expect(bindings.map(bindingCommand).join("\n")).toMatch(
    /^gcloud storage buckets add-iam-policy-binding gs:\/\/acme \\\n {2}--member=serviceAccount:bkcache-pr@acme-1\.iam\.gserviceaccount\.com \\\n/,
  );
});

test.each([
  ["a level that there is not", configOf(s3), { level: "prs" }, "BK1002"],
  ["no bucket", configOf("remote: { type: local, path: /x }"), {}, "BK2050"],
])("%s", async (_, config, more, code) => {
  await expect(rightsOf(config, more)).rejects.toMatchObject({ code });
});
