import { createRunRelay } from "../../cache/run-relay.ts";
import { unreached } from "../../cache/routes.ts";
import { isDistrust, visitBucket } from "../../cache/visit-bucket.ts";
import type { Diagnostic } from "../../diagnostics/error.ts";
import type { Host } from "../../host/host.ts";
import type { BuilderSession } from "../../builder/session.ts";
import { where } from "../../store/s3-error.ts";
import type { Check } from "../check.ts";
import { errorOf, healthy, unknown, type Verdict } from "../verdict.ts";
import { backendNames, isBucket, type KnownBucket, requireBucket } from "../known-backends.ts";
import { findPassed } from "../entries.ts";

/** Whether BuildKit itself gets to the bucket, or to the relay: with its own proxies, certificates and names of hosts. */
export const reach: Check = {
  name: "way",
  boundMs: 12_000,
  late: "BK4034",
  async subjects(setup) {
    await setup.session.value;
    return backendNames(setup, isBucket);
  },
  async examine(setup, { host, subject }) {
    const [session, bucket] = await Promise.all([setup.session.value, requireBucket(setup, subject)]);
    if (session === null) return unknown("needs a builder");
    // It has no cache in buckets by any way, which another check says.
    if (session.builder.driver === "docker") return unknown("the docker driver uses no bucket for layers");
    const passed = await findPassed(setup, host);
    const planned = passed?.ways[subject];
    if (planned?.way === "relay") return throughRelay(host, session, { ...bucket, why: planned.why });
    const reason = await visitBucket(session, bucket.place, host.signal);
    if (reason === null) return healthy(`the builder reaches ${where(bucket.place)} by itself`);
    return { facts: "", findings: [errorOf(unreachedBucket(session, bucket, reason))] };
  },
};

function unreachedBucket({ builder }: BuilderSession, { place, backend }: KnownBucket, reason: string): Diagnostic {
  return {
    code: "BK4034",
    message: `builder ${builder.name} does not reach ${where(place)}: ${reason}`,
    hint: isDistrust(reason)
      ? `the certificates of this machine are not the builder's: add the authority to its image, or set backends.${backend.name}.relay: always`
      : `proxies and networks of this machine are not the builder's: give it them (--driver-opt network=host, env.HTTPS_PROXY=...), or set backends.${backend.name}.relay: always`,
  };
}

interface RelayedBucket extends KnownBucket {
  readonly why: string;
}

async function throughRelay(host: Host, session: BuilderSession, { backend, why }: RelayedBucket): Promise<Verdict> {
  const relay = createRunRelay(host);
  try {
    const options = { session, backends: [backend], targets: [], mayWrite: false, hasOneKey: false };
    const { reach: found } = await relay.start(options);
    if (found.way !== null) return healthy(`the builder reaches the relay of this machine (${found.way})`);
    const { name, type } = backend;
    const finding = unreached({ name, type, builder: session.builder.name, why }, found.reason);
    return { facts: "", findings: [errorOf(finding)] };
  } finally {
    await relay.close();
  }
}
