import { connect } from "node:net";
import { namedProxies, readProxy, shownProxy } from "../../store/proxies.ts";
import type { Check } from "../check.ts";
import { type DoctorFinding, errorOf, healthy, warningOf } from "../verdict.ts";

/** Drivers whose builder has an environment of its own. */
const apart: ReadonlySet<string> = new Set(["docker-container", "kubernetes"]);

/** The proxies that bkcache goes through, and whether the builder was given them. */
export const proxies: Check = {
  name: "proxies",
  boundMs: 12_000,
  late: "BK5072",
  subjects: async () => [""],
  async examine(setup, { host }) {
    const set = namedProxies(host.env);
    const all = ["all_proxy", "ALL_PROXY"].find((name) => host.env[name]);
    const noProxy = host.env["no_proxy"] || host.env["NO_PROXY"];
    if (set.length === 0)
      return healthy(all === undefined ? "none" : `none; ${all} is read by neither bkcache nor buildx`);
    const findings: DoctorFinding[] = [];
    for (const { name, value } of set) {
      const reason = await whyNot(value, host.signal);
      if (reason === null) continue;
      findings.push(
        errorOf({
          code: "BK5072",
          message: `${name} names ${shownProxy(value)}, and ${reason}`,
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
    const facts = set.map(({ name, value }) => `${name}=${shownProxy(value)}`);
    return { ...healthy([...facts, ...(noProxy ? [`NO_PROXY=${noProxy}`] : [])].join(", ")), findings };
  },
};

async function whyNot(proxy: string, signal: AbortSignal): Promise<string | null> {
  const url = readProxy(proxy);
  if (url === null)
    return "that is no address of a proxy that speaks http or https, with user and password percent-encoded";
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
