import type { Plan } from "../bake/model.ts";
import type { Text } from "../config/text.ts";
import { absolutePath, type PathBase } from "../host/home.ts";
import type { StoreBackend } from "../store/open.ts";
import type { Texts, Values } from "../source/values.ts";

/** The backend of the mounts, of which some texts are not known before bake has evaluated them. */
export interface BackendDraft {
  readonly texts: Texts;
  /** The backend, the path of a folder absolute. */
  fill(values: Values): StoreBackend;
}

/** Where the contents of mounts are kept; null where they are not. */
export function draftMountBackend({ mountBackend: name, backends }: Plan, base: PathBase): BackendDraft | null {
  const backend = name === null ? undefined : backends[name];
  if (name === null || backend === undefined) return null;
  const isOpen = (value: unknown): value is Text => Array.isArray(value);
  const keyOf = (attribute: string) => `mount_${attribute}`;
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
      const { path } = filled;
      return { ...filled, ...(typeof path === "string" && { path: absolutePath(path, base) }), name };
    },
  };
}
