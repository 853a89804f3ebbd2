import { findHelper } from "../../builder/gateway/helper.ts";
import { platformOf } from "../../carry/find.ts";
import type { Check } from "../check.ts";
import { healthy, unknown } from "../verdict.ts";

/** The busybox that works in cache mounts, as the builder or a file gives it. */
export const helper: Check = {
  name: "helper",
  // It may have to be pulled.
  boundMs: 25_000,
  late: "BK4023",
  async subjects(setup) {
    const [whole] = await Promise.all([setup.whole.value, setup.session.value]);
    return whole === null || whole.plan.mountBackend === null ? [] : [""];
  },
  async examine(setup, { host }) {
    const [session, buildx] = await Promise.all([setup.session.value, setup.buildx.value]);
    if (session === null || buildx === null) return unknown("needs a builder");
    const platform = platformOf(session.builder);
    const bytes = await findHelper({ host, buildx, builder: session.builder.name, platform }, {});
    const from = host.env["BKCACHE_HELPER"] || host.env["BKCACHE_HELPER_IMAGE"] || "the default image";
    return healthy(`busybox for ${platform} from ${from} (${bytes.length} bytes)`);
  },
};
