import type { Plan } from "../bake/model.ts";
import type { Credentials } from "../store/credentials.ts";
import type { BackendEntry, LiteralEntry } from "./entries.ts";
import type { Routes } from "./routes.ts";

/** The entries of a run as BuildKit gets them, and the keys that go along. */
export interface RunKeys {
  /** The entry by the way that its backend has in this run. */
  placed(candidate: BackendEntry): LiteralEntry;
  /** The same with the keys that belong into it: those of a run file, which is on standard input alone. */
  passed(candidate: BackendEntry): LiteralEntry;
  /**
   * The variables in which buildx looks for the keys of s3 entries, which those of gcs and of the relay are to it. Those of a profile,
   * a role or a sign-on too: buildx would ask their source again for each entry, one after the other.
   */
  environment(leftOut: ReadonlySet<string>): Readonly<Record<string, string>>;
}

interface KeyRequest {
  readonly plan: Pick<Plan, "backends">;
  readonly keys: "run file" | "environment";
  readonly targets: readonly string[];
}

export function createKeys({ plan, keys, targets }: KeyRequest, { routes, relay, credentials }: Routes): RunKeys {
  const isRelayed = (backend: string) => (routes[backend]?.way ?? "direct") !== "direct";
  const isGoogle = (backend: string) => plan.backends[backend]?.type === "gcs";
  const placed = ({ backend, entry }: BackendEntry) =>
    relay !== null && isRelayed(backend) ? relay.entryOf(backend, entry) : entry;
  return {
    placed,
    passed(candidate) {
      const { target, backend, direction } = candidate;
      const entry = placed(candidate);
      if (keys === "environment") return entry;
      if (relay !== null && isRelayed(backend)) return { ...entry, ...attributesOf(relay.keysOf(target, direction)) };
      const own = isGoogle(backend) ? credentials[backend] : undefined;
      return own === undefined ? entry : { ...entry, ...attributesOf(own) };
    },
    environment(leftOut) {
      const ofChain = () => {
        const direct = Object.keys(routes).filter((name) => !leftOut.has(name) && !isGoogle(name) && !isRelayed(name));
        const [found] = direct.flatMap((name) => credentials[name] ?? []);
        // It has them itself where they are variables.
        return found === undefined || found.source === "environment" ? {} : variablesOf(found);
      };
      if (keys === "run file") return ofChain();
      const used = Object.keys(routes).filter((name) => !leftOut.has(name));
      const [target = ""] = targets;
      if (relay !== null && used.some(isRelayed)) return variablesOf(relay.keysOf(target, "to"));
      const [google] = used.filter(isGoogle).flatMap((name) => credentials[name] ?? []);
      return google === undefined ? ofChain() : variablesOf(google);
    },
  };
}

type Pair = Pick<Credentials, "accessKeyId" | "secretAccessKey" | "sessionToken">;

/** As BuildKit's s3 cache spells them; buildx sends them to the builder with the entry. */
function attributesOf({ accessKeyId, secretAccessKey }: Pair): LiteralEntry {
  return { access_key_id: accessKeyId, secret_access_key: secretAccessKey };
}

function variablesOf({ accessKeyId, secretAccessKey, sessionToken = "" }: Pair): Readonly<Record<string, string>> {
  return { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken };
}
