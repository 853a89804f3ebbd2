import { createPublicKey, createVerify, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, request as send, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { makeTempDir } from "./cleanup.ts";

export interface GcsGate {
  /** Where the store is, behind the check. */
  readonly endpoint: string;
  readonly tokenUrl: string;
  /** Key file of the one service account that is let in. */
  readonly keyFile: string;
  readonly account: string;
  /** Requests to the store with a valid token, those that were turned away, and tokens that were given out. */
  readonly counts: { let: number; refused: number; tokens: number };
  /** Every token and assertion that went over the line: none of them may be shown anywhere. */
  readonly secrets: readonly string[];
  /** A key file of the same account with a key that Google does not know. */
  makeForeignKeyFile(): string;
  /** Makes every token that was given out so far invalid. */
  revoke(): void;
  /**
   * Tokens that are given out from now on are good for this time, and renewed each second.
   * @param ms at most an hour; undefined for that, and for renewals as usual
   */
  limit(ms: number | undefined): void;
  stop(): void;
}

/**
 * Google's front door before a store that checks nothing: a token endpoint that takes only assertions signed by the
 * account's key for this endpoint, and a proxy that takes only requests with one of its tokens.
 */
export async function startGcsGate(storeEndpoint: string): Promise<GcsGate> {
  const account = "cache@acme-ci.iam.gserviceaccount.com";
  const counts = { let: 0, refused: 0, tokens: 0 };
  const secrets: string[] = [];
  const tokens = new Set<string>();
  let lifetime: number | undefined;
  const own = makeKey();

  const giveToken = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const form = new URLSearchParams(await readText(request));
    const assertion = form.get("assertion") ?? "";
    secrets.push(assertion);
    const fault =
      form.get("grant_type") === "urn:ietf:params:oauth:grant-type:jwt-bearer"
        ? findFault(assertion, { account, audience: tokenUrl, key: own.publicKey })
        : "unsupported_grant_type";
    if (fault !== null) {
      counts.refused += 1;
      return answer(response, 400, { error: "invalid_grant", error_description: fault });
    }
    const token = `ya29.${randomBytes(24).toString("base64url")}`;
    tokens.add(token);
    secrets.push(token);
    counts.tokens += 1;
    if (lifetime !== undefined) setTimeout(() => tokens.delete(token), lifetime).unref();
    // The SDK renews a token some minutes before its end.
    const seconds = lifetime === undefined ? 3_599 : renewedBefore + 1;
    answer(response, 200, { access_token: token, expires_in: seconds, token_type: "Bearer" });
  };
  const composing = new Set<string>();
  const server = createServer((request, response) => {
    if (request.url === "/token" && request.method === "POST") return void giveToken(request, response);
    const [, token = ""] = /^Bearer (.+)$/.exec(request.headers.authorization ?? "") ?? [];
    if (!tokens.has(token)) {
      counts.refused += 1;
      request.resume();
      const errors = [{ reason: "authError", message: "Invalid Credentials" }];
      return answer(response, 401, {
        error: { code: 401, message: "Invalid Credentials", errors },
      });
    }
    counts.let += 1;
    const { authorization: _, ...headers } = request.headers;
    const forward = () => {
      const onward = send(`${storeEndpoint}${request.url}`, { method: request.method, headers }, (from) => {
        response.writeHead(from.statusCode ?? 502, from.headers);
        from.pipe(response);
      });
      onward.on("error", () => response.destroy());
      response.on("close", () => onward.destroy());
      request.pipe(onward);
    };
    // fake-gcs-server composes whatever the condition says; Google does not.
    const composed = /^(.*)\/compose\?.*ifGenerationMatch=0/.exec(request.url ?? "")?.[1];
    if (composed === undefined) return forward();
    const url = `${storeEndpoint}${composed}`;
    void isAbsent(url, composing).then((absent) => {
      if (absent) {
        response.on("close", () => void composing.delete(url));
        return forward();
      }
      request.resume();
      answer(response, 412, { error: { code: 412, errors: [{ reason: "conditionNotMet" }] } });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const tokenUrl = `${endpoint}/token`;
  const dir = makeTempDir("gcs-key");
  const writeKeyFile = (name: string, privateKey: string): string => {
    const path = join(dir, name);
    const file = {
      type: "service_account",
      project_id: "acme-ci",
      private_key_id: randomBytes(20).toString("hex"),
      private_key: privateKey,
      client_email: account,
      client_id: "1",
      token_uri: tokenUrl,
    };
    writeFileSync(path, JSON.stringify(file), { mode: 0o600 });
    return path;
  };
  return {
    endpoint,
    tokenUrl,
    keyFile: writeKeyFile("key.json", own.privateKey),
    account,
    counts,
    secrets,
    makeForeignKeyFile: () => writeKeyFile("foreign.json", makeKey().privateKey),
    revoke: () => tokens.clear(),
    limit: (ms) => void (lifetime = ms),
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** `eagerRefreshThresholdMillis` of google-auth-library, in seconds. */
const renewedBefore = 300;

interface Expected {
  readonly account: string;
  readonly audience: string;
  readonly key: KeyObject;
}

/** Why an assertion (RFC 7523) is not to be trusted; null where it is. */
function findFault(assertion: string, { account, audience, key }: Expected): string | null {
  const [head = "", claims = "", signature = ""] = assertion.split(".");
  const { alg } = decode(head) as { readonly alg?: string };
  if (alg !== "RS256") return `algorithm ${alg}`;
  const isSigned = createVerify("RSA-SHA256").update(`${head}.${claims}`).verify(key, signature, "base64url");
  if (!isSigned) return "Invalid JWT Signature.";
  const { iss, aud, scope, iat, exp } = decode(claims) as Readonly<Record<string, unknown>>;
  if (iss !== account) return "Invalid issuer";
  if (aud !== audience) return "Invalid JWT: audience";
  if (typeof scope !== "string" || !scope.includes("devstorage")) return "invalid scope";
  const now = Date.now() / 1_000;
  if (typeof iat !== "number" || typeof exp !== "number" || iat > now + 60 || exp < now || exp - iat > 3_600) {
    return "Invalid JWT: token must be a short-lived token";
  }
  return null;
}

function makeKey(): { readonly privateKey: string; readonly publicKey: KeyObject } {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  return {
    privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    publicKey: createPublicKey(privateKey),
  };
}

function decode(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString());
  } catch {
    return {};
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** Whether no object is there, nor on the way; then this one is. */
async function isAbsent(url: string, composing: Set<string>): Promise<boolean> {
  if (composing.has(url)) return false;
  composing.add(url);
  const { status } = await fetch(url);
  if (status !== 404) composing.delete(url);
  return status === 404;
}
