// Written by test/scripts/codegen.mjs from schemas/bkcache.schema.json; change that file and run `npm run codegen`.
import type { Config } from "./schema.gen.ts";

export interface SchemaError {
  /** JSON pointer to the value. */
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string;
  /** Set where the fault is in a key rather than in a value. */
  readonly propertyName?: string;
}

/** A schema with nothing but its structure. */
export interface Shape {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Shape>>;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly additionalProperties?: boolean | Shape;
  readonly items?: Shape;
  readonly anyOf?: readonly Shape[];
  readonly oneOf?: readonly Shape[];
  readonly allOf?: readonly Shape[];
}

export const shape: Shape;
export const validate: {
  (data: unknown): data is Config;
  errors?: readonly SchemaError[] | null;
};
