import { connect } from "node:net";
import type { Env } from "../../store/endpoint.ts";
import { withoutUserInfo } from "../../store/endpoint.ts";
import type { Check } from "../check.ts";
import { type DoctorFinding, errorOf, healthy, warningOf } from "../verdict.ts";

/** As Node and Go read them; the lower-case form wins. */
const names = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"] as const;
/** Drivers whose builder has an environment of its own. */
const apart: ReadonlySet<string> = new Set(["docker-container", "kubernetes"]);

/** The proxies that bkcache goes through, and whether the builder was given them. */
export const proxies: Check = {
  name: "proxies",
  boundMs: 12_000,
  late: "BK5072",
  subjects: async () => [""],
  async examine(setup, { host }) {
    const set = proxiesOf(host.env);
    const noProxy = host.env["no_proxy"] || host.env["NO_PROXY"];
    if (set.length === 0) return healthy("none");
    const findings: DoctorFinding[] = [];
    for (const { name, value } of set) {
      const reason = await whyNot(value, host.signal);
      if (reason === null) continue;
      findings.push(
        errorOf({
          code: "BK5072",
          message: `${name} names ${shown(value)}, and ${reason}`,
          hint: `mend or unset ${name}; hosts that need no proxy stand in NO_PROXY`,
        }),
      );
    }
    const builder = (await setup.session.value)?.builder;
    if (builder !== undefined && apart.has(builder.driver)) {
      const lacks = builder.nodes.some(
        ({ options }) => !Object.keys(options).some((key) => /^env\.https?_proxy$/i.test(key)),
      );
      if (lacks) {
        findings.push(
          warningOf({
            code: "BK4034",
            message: `builder ${builder.name} was made without the proxy that this machine has (${set[0]?.name})`,
            hint: "make it anew with --driver-opt env.HTTPS_PROXY=..., env.HTTP_PROXY and env.NO_PROXY, or builder.options of the config",
          }),
        );
      }
    }
    const all = set.map(({ name, value }) => `${name}=${shown(value)}`);
    return { ...healthy([...all, ...(noProxy ? [`NO_PROXY=${noProxy}`] : [])].join(", ")), findings };
  },
};

/** User info may stand there without a scheme, too. */
function shown(proxy: string): string {
  return withoutUserInfo(proxy.includes("://") ? proxy : `http://${proxy}`);
}

/** One for each kind of address. */
function proxiesOf(env: Env): readonly { readonly name: string; readonly value: string }[] {
  const set = names.flatMap((name) => (env[name] ? [{ name, value: env[name] }] : []));
  return set.filter(
    ({ name }, index) => set.findIndex((each) => each.name.toLowerCase() === name.toLowerCase()) === index,
  );
}

async function whyNot(proxy: string, signal: AbortSignal): Promise<string | null> {
  // Go, and so buildx and BuildKit, take it for http.
  if (!proxy.includes("://"))
    return "that has no scheme, without which bkcache's Node passes it by: write http:// before it";
  const url = URL.parse(proxy);
  if (url === null || url.hostname === "") return "that is no address";
  const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
  const socket = connect({ host: url.hostname.replace(/^\[(.*)\]$/, "$1"), port, signal });
  try {
    return await new Promise<string | null>((resolve) => {
      socket.setTimeout(3_000, () => resolve("nothing answers there within 3 s"));
      socket.once("connect", () => resolve(null));
      socket.once("error", (error) =>
        resolve(`nothing listens there (${"code" in error ? String(error.code) : error.message})`),
      );
    });
  } finally {
    socket.on("error", () => {}).destroy();
  }
}
