import { expect, test } from "vitest";
import { createRedactor } from "../../src/diagnostics/redact.ts";

const redact = createRedactor({
  AWS_SECRET_ACCESS_KEY: "s3cr3t/value+1",
  GITHUB_TOKEN: "ghs_abcdefgh",
  DEPLOY_PASSWORD: "s3cr3t/value+1-and-more",
  SHORT_TOKEN: "abc",
  PATH: "/usr/local/bin",
});

test.each([
  ["signed with s3cr3t/value+1 here", "signed with *** here"],
  ["a secret within another goes whole: s3cr3t/value+1-and-more", "a secret within another goes whole: ***"],
  [
    "type=s3,access_key_id=AKIA1,secret_access_key=x,bucket=b",
    "type=s3,access_key_id=***,secret_access_key=***,bucket=b",
  ],
  ['{"secret_access_key":"x","bucket":"b"}', '{"secret_access_key":"***","bucket":"b"}'],
  ["https://user:pa55@host/x", "https://***@host/x"],
  ["https://b.s3.amazonaws.com/k?X-Amz-Signature=abc&x=1", "https://b.s3.amazonaws.com/k?X-Amz-Signature=***&x=1"],
  [
    '{"private_key":"-----BEGIN PRIVATE KEY-----\\nMII+/=\\n-----END PRIVATE KEY-----\\n"}',
    '{"private_key":"-----BEGIN PRIVATE KEY-----***-----END PRIVATE KEY-----\\n"}',
  ],
  ["abc in /usr/local/bin stays", "abc in /usr/local/bin stays"],
  ["secret_access_key is set", "secret_access_key is set"],
])("%s", (text, expected) => {
  expect(redact(text)).toBe(expected);
});
