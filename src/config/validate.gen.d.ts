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

export const validate: {
  (data: unknown): data is Config;
  errors?: readonly SchemaError[] | null;
};
