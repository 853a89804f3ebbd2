import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

/** Paths of PEM files. */
export interface Certificates {
  readonly ca: string;
  readonly serverCert: string;
  readonly serverKey: string;
  readonly clientCert: string;
  readonly clientKey: string;
}

const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** A CA of its own, and a server (127.0.0.1 and a name) and a client certificate from it. */
export function makeCerts(dir: string, name = "localhost"): Certificates {
  mkdirSync(dir, { recursive: true });
  const file = (name: string): string => join(dir, `${name}.pem`);
  const issue = (name: string, args: readonly string[]): void => {
    const output = ["-out", file(name), "-keyout", file(`${name}-key`)];
    execFileSync("openssl", ["req", "-x509", "-days", "2", ...key, ...output, ...args], { stdio: "pipe" });
  };
  const issued = ["-CA", file("ca"), "-CAkey", file("ca-key"), "-addext", "basicConstraints=critical,CA:FALSE"];
  issue("ca", ["-subj", "/CN=bkcache test CA", "-addext", "keyUsage=critical,keyCertSign"]);
  issue("server", [
    ...issued,
    "-subj",
    `/CN=${name}`,
    "-addext",
    `subjectAltName=IP:127.0.0.1,DNS:${name}`,
    "-addext",
    "extendedKeyUsage=serverAuth",
  ]);
  issue("client", [...issued, "-subj", "/CN=client", "-addext", "extendedKeyUsage=clientAuth"]);
  return {
    ca: file("ca"),
    serverCert: file("server"),
    serverKey: file("server-key"),
    clientCert: file("client"),
    clientKey: file("client-key"),
  };
}
