import { expect, test } from "vitest";
import { classifyS3Error, isAbsent, isOutsideRange } from "../../src/store/s3-error.ts";

const place = { backend: "remote", bucket: "acme", region: "eu-west-1", endpointUrl: "https://me:pw@s3.test" };

function service(name: string, httpStatusCode: number, more: object = {}): Error {
  return Object.assign(new Error("words that nobody looks at"), { name, $metadata: { httpStatusCode }, ...more });
}
function system(code: string): Error {
  return Object.assign(new Error("words"), { code });
}

test.each<readonly [unknown, string, RegExp]>([
  [service("NoSuchBucket", 404), "BK5004", /there is no bucket "acme" at https:\/\/s3\.test/],
  [service("AccessDenied", 403), "BK5005", /access to bucket "acme" is denied \(AccessDenied\)/],
  [service("UnknownError", 403), "BK5005", /denied/],
  [service("SignatureDoesNotMatch", 403), "BK5006", /the secret does not belong to the key/],
  [service("InvalidAccessKeyId", 403), "BK5006", /does not know the key/],
  [service("ExpiredToken", 400), "BK5006", /session has ended/],
  [service("PermanentRedirect", 301, { Region: "us-west-2" }), "BK5008", /not in region eu-west-1 but in us-west-2/],
  [service("AuthorizationHeaderMalformed", 400, { Region: "us-west-2" }), "BK5008", /us-west-2/],
  [service("Unknown", 301, { $response: { headers: { "x-amz-bucket-region": "us-west-2" } } }), "BK5008", /us-west-2/],
  [service("RequestTimeTooSkewed", 403), "BK5009", /clock/],
  [service("SlowDown", 503), "BK5007", /cannot serve now \(SlowDown\)/],
  [service("Whatever", 502), "BK5007", /cannot serve now/],
  [service("Whatever", 418), "BK5010", /Whatever, status 418/],
  [system("ECONNREFUSED"), "BK5007", /nothing listens there \(ECONNREFUSED\)/],
  [system("ENOTFOUND"), "BK5007", /host name does not exist/],
  [
    Object.assign(new AggregateError([system("ECONNREFUSED")]), { name: "AggregateError" }),
    "BK5007",
    /nothing listens there/,
  ],
  [Object.assign(new Error("x", { cause: system("ENOTFOUND") }), { name: "Wrapped" }), "BK5007", /host name/],
  [system("SELF_SIGNED_CERT_IN_CHAIN"), "BK5007", /TLS fails \(SELF_SIGNED_CERT_IN_CHAIN\)/],
  [system("INVALID_PURPOSE"), "BK5007", /TLS fails \(INVALID_PURPOSE\)/],
  [system("CERT_HAS_EXPIRED"), "BK5007", /TLS fails, since the certificate has ended \(CERT_HAS_EXPIRED\)/],
  [system("CERT_NOT_YET_VALID"), "BK5007", /TLS fails, since the certificate is not valid yet/],
  [system("ERR_TLS_CERT_ALTNAME_INVALID"), "BK5007", /TLS fails, since the certificate is for other hosts/],
  [system("EPROTO"), "BK5007", /TLS fails, since the two find no form of it that both speak \(EPROTO\)/],
  [system("ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED"), "BK5007", /TLS fails, since the two find no form/],
  [Object.assign(new Error("x"), { name: "TimeoutError" }), "BK5007", /in time/],
  [Object.assign(new Error("x"), { name: "AbortError" }), "BK5007", /in time/],
  ["not even an error", "BK5010", /in a way that is not S3's/],
])("%s", (error, code, message) => {
  const finding = classifyS3Error(error, place);
  expect(finding).toMatchObject({ code, message: expect.stringMatching(message) as string });
  expect(finding.message).toMatch(/^backend "remote": /);
  expect(finding.hint).toBeTruthy();
  expect(JSON.stringify(finding)).not.toContain("pw@");
});

test.each([
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", /AWS_CA_BUNDLE/],
  ["CERT_HAS_EXPIRED", /renew/],
  ["CERT_NOT_YET_VALID", /clock/],
  ["ERR_TLS_CERT_ALTNAME_INVALID", /usePathStyle: true/],
  ["EPROTO", /plain http/],
  ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", /certificate of the client/],
])("the hint of TLS that fails with %s", (code, hint) => {
  expect(classifyS3Error(system(code), place).hint).toMatch(hint);
});

test("the hint of a denied access says what it may mean", () => {
  expect(classifyS3Error(service("AccessDenied", 403), place).hint).toMatch(/s3:ListBucket.*not there yet/);
});

test("Amazon's own endpoint is named by its region", () => {
  expect(classifyS3Error(system("ENOTFOUND"), { ...place, endpointUrl: undefined }).message).toContain(
    "Amazon S3 in eu-west-1",
  );
});

test.each([
  [service("NoSuchKey", 404), true],
  [service("NotFound", 404), true],
  [service("NoSuchBucket", 404), false],
  [service("XAdminUserNotFound", 404), false],
  [service("UnknownError", 404), true],
  [service("AccessDenied", 403), false],
  [system("ECONNREFUSED"), false],
])("absent: %s", (error, expected) => {
  expect(isAbsent(error)).toBe(expected);
});

test("a range outside of the object", () => {
  expect(isOutsideRange(service("InvalidRange", 416))).toBe(true);
  expect(isOutsideRange(service("NoSuchKey", 404))).toBe(false);
});

test.each([
  [
    403,
    "AccessDenied",
    "User: x is not authorized to perform: s3:GetObject with an explicit deny\n\u001b[2J",
    "BK5005",
    "explicit deny",
  ],
  [403, "AccessDenied", "Access Denied", "BK5005", /\(AccessDenied\)$/],
  [403, "InvalidObjectState", "not valid for the object's storage class", "BK5010", "archived"],
  [400, "KMS.DisabledException", "arn:aws:kms:x is disabled.", "BK5005", "KMS key of bucket"],
])("%i %s is said in the store's own words", (status, name, message, code, words) => {
  const found = classifyS3Error(Object.assign(service(name, status), { message }), place);
  expect(found.code).toBe(code);
  if (typeof words === "string") expect(found.message).toContain(words);
  else expect(found.message).toMatch(words);
  for (const control of ["\n", "\u001b"]) expect(found.message).not.toContain(control);
});
