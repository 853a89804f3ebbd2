import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import type { Keys } from "../../src/relay/signature.ts";
import { pythonDir } from "../toolchain/locate.mjs";

export interface AwsOptions {
  readonly endpoint: string;
  readonly keys: Keys;
  readonly home: string;
  /** PEM file of the authority that the endpoint's certificate is from. */
  readonly ca?: string;
}

/** Runs the AWS CLI of the toolchain, without anything that this machine has set for it. Returns what it prints. */
export async function runAws(args: readonly string[], { endpoint, keys, home, ca }: AwsOptions): Promise<string> {
  const dir = pythonDir();
  if (!existsSync(dir)) throw new Error(`${dir} is missing; run: node test/toolchain/install.mjs`);
  const env = {
    PATH: process.env["PATH"],
    HOME: home,
    PYTHONPATH: dir,
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_REGION: "eu-central-1",
    ...(ca !== undefined && { AWS_CA_BUNDLE: ca }),
  };
  const child = spawn("python3", ["-m", "awscli", "--endpoint-url", endpoint, ...args], { env, cwd: home });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise((resolve, reject) => child.once("close", resolve).once("error", reject));
  if (code !== 0) throw new Error(`aws ${args.join(" ")} ended with ${code}: ${stderr}${stdout}`);
  return stdout;
}
