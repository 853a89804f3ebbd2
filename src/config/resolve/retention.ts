import type { ResolvedConfig, RetentionRules } from "../resolved.ts";
import type { Config } from "../schema.gen.ts";

/** What stays, for layers and mounts each; nothing where the config says nothing. */
export function resolveRetention({ retention }: Config): Pick<ResolvedConfig, "retention"> {
  if (retention === undefined) return {};
  const { grace, layers, mounts, ...rules } = retention;
  const merge = (own: RetentionRules | false = {}) => (own === false ? null : { ...rules, ...own });
  return { retention: { ...(grace !== undefined && { grace }), layers: merge(layers), mounts: merge(mounts) } };
}
