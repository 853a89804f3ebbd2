import type { Command } from "commander";
import { BkcacheError } from "../../diagnostics/error.ts";
import { serveRelay } from "../../run/relay.ts";
import type { CommandContext } from "../command.ts";

interface RelayOptions {
  readonly listen: string;
  readonly keys: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly config?: string;
}

export function configure(command: Command, context: CommandContext): Command {
  return command
    .requiredOption("--keys <file>", "who may use it, and for what")
    .option("--listen <address>", "HOST:PORT to listen at; port 0 for any that is free", "127.0.0.1:9000")
    .option("--tls-cert <file>", "certificate with its chain, PEM")
    .option("--tls-key <file>", "its private key, PEM")
    .option("--config <file>", "use this config instead of looking for one")
    .addHelpText(
      "after",
      `
Serves the s3, gcs and local backends of the config as buckets to BuildKit, bkcache and other clients of S3, with keys of its
own: those of the buckets stay here. Runs until SIGINT or SIGTERM, ends what is under way then, and exits with 0.

The keys are JSON that others may not read: { "callers": [{ "name": "ci", "accessKeyId": "...", "secretAccessKey": "...",
"access": "read-write", "backends": ["remote"] }] }. Without access a caller may read, without backends all that are served.

GET /healthz answers 200, GET /metrics for Prometheus; both without a key.
`,
    )
    .action((options: RelayOptions) => relay(options, context));
}

async function relay(options: RelayOptions, context: CommandContext): Promise<void> {
  const { keys, tlsCert, tlsKey, config } = options;
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw new BkcacheError({ code: "BK1002", message: "--tls-cert and --tls-key go together" });
  }
  const tls = tlsCert === undefined || tlsKey === undefined ? null : { cert: tlsCert, key: tlsKey };
  const { host } = context;
  context.runsUntilInterrupted();
  await serveRelay(host, {
    config,
    keys,
    tls,
    listen: readListen(options.listen),
    onReady({ url, buckets }) {
      for (const { name, place } of buckets)
        host.tell({ level: "info", message: `serving ${place} as bucket ${name}` });
      host.tell({ level: "info", message: `listening at ${url}` });
    },
  });
}

function readListen(address: string): { readonly host: string; readonly port: number } {
  const [, inBrackets, plain, port = ""] = /^(?:\[([0-9a-fA-F:.%]+)\]|([^\s:/]+)):(\d{1,5})$/.exec(address) ?? [];
  const host = inBrackets ?? plain;
  if (host !== undefined && Number(port) <= 65_535) return { host, port: Number(port) };
  throw new BkcacheError({
    code: "BK1002",
    message: `--listen: "${address}" is not HOST:PORT`,
    hint: "such as 127.0.0.1:9000, 0.0.0.0:9000 for all addresses, or [::1]:9000",
  });
}
