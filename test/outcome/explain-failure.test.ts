import { expect, test } from "vitest";
import { explainFailure } from "../../src/outcome/explain-failure.ts";
import { readSteps } from "../../src/outcome/steps.ts";
import { readFixture } from "./progress-fixture.ts";

test.each([
  ["wrong-secret", [/secret does not belong to the key/, /denies access \(403\).*s3:ListBucket/]],
  ["no-bucket", [/^the bucket does not exist \(NoSuchBucket\)$/, /^the bucket does not exist \(NoSuchBucket\)$/]],
  ["dead-endpoint", [/cannot reach the endpoint 127\.0\.0\.1:1: connection refused/, /connection refused/]],
  ["lost-layer", [/a layer that the cache lists is gone/]],
] as const)("real errors: %s", (name, expected) => {
  const messages = readSteps(readFixture(name)).failures.map(explainFailure);
  expect(messages).toHaveLength(expected.length);
  for (const [index, message] of messages.entries()) {
    expect(message).toMatch(expected[index] as RegExp);
    expect(message).not.toMatch(/RequestID|HostID|\n/);
  }
});

test.each([
  [
    "operation error S3: GetObject, get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found",
    /builder got no credentials/,
  ],
  [
    "operation error S3: GetObject, https response error StatusCode: 301, RequestID: , HostID: , api error PermanentRedirect: x",
    /another region/,
  ],
  ["dial tcp: lookup s3.nowhere.test on 127.0.0.1:53: no such host", /cannot reach the endpoint: no such host/],
  [
    "tls: failed to verify certificate: x509: certificate signed by unknown authority",
    /does not trust .* signed by unknown authority/,
  ],
  ["api error ExpiredToken: The provided token has expired.", /session of the credentials ended/],
  ["blob sha256:aa is too large (1618088 > 1048576)", /1618088 bytes; BuildKit imports at most 1 MiB/],
  [
    "operation error S3: PutObject, https response error StatusCode: 501, RequestID: a, api error NotImplemented: AWS chunked encoding not supported",
    /lacks what BuildKit asks of it: AWS chunked encoding/,
  ],
  ["operation error S3: HeadObject, https response error StatusCode: 503, RequestID: a", /cannot serve now/],
])("%s", (error, expected) => {
  expect(explainFailure({ direction: "import", error })).toMatch(expected);
});

test("what is not known is one short line", () => {
  const message = explainFailure({
    direction: "export",
    error: `something new\nRequestID: abc, HostID: d/e+f=, ${"x".repeat(1_000)}`,
  });
  expect(message).toMatch(/^something new x+…$/);
  expect(message).toHaveLength(300);
});
