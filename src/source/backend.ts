import type { Plan } from "../bake/model.ts";
import type { Text } from "../config/text.ts";
import { absolutePath, type PathBase } from "../host/home.ts";
import type { StoreBackend } from "../store/place.ts";
import type { Texts, Values } from "./values.ts";

/** A declared backend of which some texts are not known before bake has evaluated them. */
export interface BackendDraft {
  readonly texts: Texts;
  /** The backend, the path of a folder absolute. */
  fill(values: Values): StoreBackend;
}

export function draftBackend({ backends }: Pick<Plan, "backends">, name: string, base: PathBase): BackendDraft {
  const backend = backends[name];
  if (backend === undefined) throw new Error(`no backend ${name} in the plan`);
  const isOpen = (value: unknown): value is Text => Array.isArray(value);
  const keyOf = (attribute: string) => `backend_${name}_${attribute}`;
  const open = Object.entries(backend).filter(([, value]) => isOpen(value));
  return {
    texts: Object.fromEntries(open.map(([attribute, value]) => [keyOf(attribute), value as Text])),
    fill(values) {
      const filled = Object.fromEntries(
        Object.entries(backend).map(([attribute, value]) => [
          attribute,
          isOpen(value) ? (values[keyOf(attribute)] ?? "") : value,
        ]),
      ) as StoreBackend;
      const { path, tierPath } = filled;
      return {
        ...filled,
        ...(typeof path === "string" && { path: absolutePath(path, base) }),
        ...(typeof tierPath === "string" && { tierPath: absolutePath(tierPath, base) }),
        name,
      };
    },
  };
}

/** The backend that holds the contents of mounts, and those that they are read from as well. */
export interface MountBackendsDraft {
  readonly texts: Texts;
  fill(values: Values): { readonly own: StoreBackend; readonly others: readonly StoreBackend[] };
}

/** Where the contents of mounts are kept; null where they are not. */
export function draftMountBackend(plan: Plan, base: PathBase): MountBackendsDraft | null {
  const { mountBackend: name, mountSources = [], backends, trust } = plan;
  if (trust !== undefined) throw new Error("the contents of mounts are those of one level of trust");
  if (name === null || backends[name] === undefined) return null;
  const own = draftBackend(plan, name, base);
  const others = mountSources.map((other) => draftBackend(plan, other, base));
  return {
    texts: Object.assign({}, own.texts, ...others.map(({ texts }) => texts)) as Texts,
    fill: (values) => ({ own: own.fill(values), others: others.map((other) => other.fill(values)) }),
  };
}
