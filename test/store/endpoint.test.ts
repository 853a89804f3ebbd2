import { describe, expect, test } from "vitest";
import { checkEndpoint, missingRegion, resolveEndpointUrl, resolveRegion } from "../../src/store/endpoint.ts";
import { makeWorkspace } from "../support/workspace.ts";

test.each([
  ["https://own", { AWS_ENDPOINT_URL_S3: "https://s3", AWS_ENDPOINT_URL: "https://all" }, "https://own"],
  [undefined, { AWS_ENDPOINT_URL_S3: "https://s3", AWS_ENDPOINT_URL: "https://all" }, "https://s3"],
  [undefined, { AWS_ENDPOINT_URL_S3: "", AWS_ENDPOINT_URL: "https://all" }, "https://all"],
  [undefined, { AWS_ENDPOINT_URL: "https://all", AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" }, undefined],
  ["https://own", { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" }, "https://own"],
  [undefined, {}, undefined],
])("endpoint %s of %j", (configured, env, expected) => {
  expect(resolveEndpointUrl(configured, env)).toBe(expected);
});

describe("endpoint of the AWS profile", () => {
  const home = makeWorkspace({
    ".aws/config": [
      "[profile work]",
      "endpoint_url = https://all.test:9000 # why",
      "[profile lab]",
      "services = lab",
      "endpoint_url = https://all.test",
      "[services lab]",
      "dynamodb =",
      "  endpoint_url = https://dynamo.test",
      "s3 = ",
      "  endpoint_url = https://s3.test",
      "[profile off]",
      "endpoint_url = https://all.test",
      "ignore_configured_endpoint_urls = true",
    ].join("\r\n"),
  });
  const work = { HOME: home.dir, AWS_PROFILE: "work" };

  test.each<readonly [string | undefined, Readonly<Record<string, string>>, string | undefined]>([
    [undefined, work, "https://all.test:9000"],
    [undefined, { ...work, AWS_PROFILE: "lab" }, "https://s3.test"],
    [undefined, { HOME: home.dir, AWS_PROFILE: "", AWS_DEFAULT_PROFILE: "lab" }, "https://s3.test"],
    [undefined, { ...work, AWS_ENDPOINT_URL: "https://env" }, "https://env"],
    ["https://own", work, "https://own"],
    [undefined, { ...work, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" }, undefined],
    [undefined, { ...work, AWS_PROFILE: "off" }, undefined],
    [undefined, { HOME: home.dir }, undefined],
  ])("%s with %j", (configured, env, expected) => {
    expect(resolveEndpointUrl(configured, env)).toBe(expected);
  });
});

describe("region", () => {
  const home = makeWorkspace({
    ".aws/config": [
      "# region = comment",
      "[default]",
      "output = json",
      "region=eu-west-1 # why",
      "[profile work]",
      "s3 =",
      "  region = nested",
      "region = eu-north-1",
      "[profile work-2]",
      "region = eu-south-2",
      "[sso-session work]",
      "region = us-west-2",
      "",
    ].join("\n"),
    "other/credentials": "[work]\nregion = ap-east-1\n",
  });
  const env = { HOME: home.dir };

  test.each<readonly [string | undefined, Readonly<Record<string, string>>, string | null]>([
    ["own", { ...env, AWS_REGION: "a" }, "own"],
    [undefined, { ...env, AWS_REGION: "a", AWS_DEFAULT_REGION: "b" }, "a"],
    [undefined, { ...env, AWS_DEFAULT_REGION: "b" }, "b"],
    [undefined, env, "eu-west-1"],
    [undefined, { ...env, AWS_PROFILE: "work" }, "eu-north-1"],
    [undefined, { ...env, AWS_PROFILE: "work-2" }, "eu-south-2"],
    [undefined, { ...env, AWS_PROFILE: "wor." }, null],
    [
      undefined,
      { ...env, AWS_PROFILE: "work", AWS_SHARED_CREDENTIALS_FILE: home.path("other/credentials") },
      "ap-east-1",
    ],
    [undefined, { ...env, AWS_CONFIG_FILE: home.path("nowhere") }, null],
    [undefined, {}, null],
  ])("%s with %j", (configured, given, expected) => {
    expect(resolveRegion(configured, given)).toBe(expected);
  });

  test("a missing one names the backend", () => {
    expect(missingRegion("remote")).toMatchObject({
      code: "BK2046",
      message: expect.stringContaining('"remote"') as string,
    });
  });
});

test.each<readonly [string | undefined, boolean, Readonly<Record<string, string>>, "nothing" | "stop" | "warning"]>([
  [undefined, false, {}, "nothing"],
  ["https://s3.test", false, {}, "nothing"],
  ["http://s3.test", false, {}, "stop"],
  ["HTTP://s3.test", false, {}, "stop"],
  ["http://s3.test", true, {}, "nothing"],
  ["http://s3.test", false, { BUILDKIT_INSECURE: "true" }, "warning"],
  ["http://s3.test", false, { BUILDKIT_INSECURE: "false" }, "stop"],
  ["s3.test:9000", true, {}, "stop"],
  ["ftp://s3.test", false, {}, "stop"],
])("%s, insecure: %s, %j", (url, insecure, env, expected) => {
  const { stop, warning } = checkEndpoint({ backend: "remote", url, insecure, env });
  expect([stop !== undefined, warning !== undefined]).toEqual([expected === "stop", expected === "warning"]);
  expect(stop?.message ?? warning?.message ?? 'no finding: "remote" may use s3.test').toMatch(/"remote".*s3\.test/);
});

test("a password in the address is not shown", () => {
  const { stop } = checkEndpoint({ backend: "remote", url: "http://me:pass@s3.test", insecure: false, env: {} });
  expect(JSON.stringify(stop)).not.toContain("pass");
});
