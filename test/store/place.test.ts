import { expect, test } from "vitest";
import { parseRemoteCache } from "../../src/source/remote-cache.ts";
import { createGcsClient } from "../../src/store/gcs-client.ts";
import { resolvePlace } from "../../src/store/place.ts";
import { defaultPolicy } from "../../src/store/requests.ts";
import { makeWorkspace } from "../support/workspace.ts";

const backend = { name: "remote", type: "s3", bucket: "b" };
const resolve = (env: Readonly<Record<string, string>>) => resolvePlace(backend, env);

test.each([
  [{ AWS_REGION: "eu-west-1\n" }, "BK2046", "a newline"],
  [{ AWS_REGION: "'eu-west-1'" }, "BK2046", "the quote '"],
  [{ AWS_REGION: "r", AWS_ENDPOINT_URL: "https://s3.test\n" }, "BK2043", "a newline"],
  [{ AWS_REGION: "r", AWS_ENDPOINT_URL: "https://s3 .test" }, "BK2043", "a blank"],
])("a character that cannot be there is named: %j", async (env, code, stray) => {
  const { place, stop } = await resolve(env);
  expect(place).toBeNull();
  expect(stop).toMatchObject([{ code, message: expect.stringContaining(`holds ${stray}`) as string }]);
});

test.each<readonly [Readonly<Record<string, string>>, string | undefined]>([
  [{ AWS_USE_FIPS_ENDPOINT: "true" }, "https://s3-fips.us-east-2.amazonaws.com"],
  [{ AWS_USE_DUALSTACK_ENDPOINT: "true" }, "https://s3.dualstack.us-east-2.amazonaws.com"],
  [
    { AWS_USE_FIPS_ENDPOINT: "true", AWS_USE_DUALSTACK_ENDPOINT: "TRUE" },
    "https://s3-fips.dualstack.us-east-2.amazonaws.com",
  ],
  [
    { AWS_USE_DUALSTACK_ENDPOINT: "true", AWS_REGION: "cn-north-1" },
    "https://s3.dualstack.cn-north-1.amazonaws.com.cn",
  ],
  [{ AWS_USE_FIPS_ENDPOINT: "false" }, undefined],
])("%j: an address of Amazon's that BuildKit takes as well", async (env, endpointUrl) => {
  const home = makeWorkspace({ ".aws/config": "[default]\nuse_fips_endpoint = true\n" });
  const all = { HOME: makeWorkspace({}).dir, AWS_REGION: "us-east-2", ...env };
  expect((await resolve(all)).place).toMatchObject({ endpointUrl, usePathStyle: undefined });
  expect((await resolve({ ...all, AWS_ENDPOINT_URL: "https://s3.test" })).place).toMatchObject({
    endpointUrl: "https://s3.test",
  });
  const inProfile = { HOME: home.dir, AWS_REGION: "us-east-2" };
  expect((await resolve(inProfile)).place).toMatchObject({ endpointUrl: "https://s3-fips.us-east-2.amazonaws.com" });
});

test.each([
  ["path", true],
  ["virtual", false],
  ["auto", true],
])("addressing_style of the AWS profile: %s", async (style, usePathStyle) => {
  const home = makeWorkspace({ ".aws/config": `[default]\ns3 =\n    addressing_style = ${style}\nregion = r\n` });
  const { place } = await resolve({ HOME: home.dir, AWS_ENDPOINT_URL: "https://s3.test" });
  expect(place).toMatchObject({ region: "r", endpointUrl: "https://s3.test", usePathStyle });
});

test.each([
  ["s3://b/p/\n", "a newline"],
  ['"s3://b/p/"', 'the quote "'],
  ["s3://b/a b", "a blank"],
])("so it is in BUILDKIT_REMOTE_CACHE: %j", (value, stray) => {
  expect(() => parseRemoteCache(value)).toThrow(
    expect.objectContaining({ code: "BK1002", message: expect.stringContaining(`holds ${stray},`) as string }),
  );
});

test("the look for a machine's own Google account warns nobody", async () => {
  const { place } = await resolvePlace({ name: "google", type: "gcs", bucket: "b" }, {});
  if (place?.type !== "gcs") throw new Error("no place");
  const { signal } = new AbortController();
  const client = await createGcsClient({ place, env: {}, signal, policy: defaultPolicy });
  const heard: string[] = [];
  const listen = ({ name }: Error) => void heard.push(name);
  process.on("warning", listen);
  process.emitWarning("received unexpected error", "MetadataLookupWarning");
  process.emitWarning("another", "OtherWarning");
  await new Promise((done) => setImmediate(done));
  process.off("warning", listen);
  client.close();
  expect(heard).toEqual(["OtherWarning"]);
});
