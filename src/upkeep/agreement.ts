import { BkcacheError } from "../diagnostics/error.ts";

/** Asks whether what is shown may go; null where it was agreed to, "nobody" where there is none to ask. */
export type Confirm<Preview> = ((preview: Preview) => Promise<boolean>) | null | "nobody";

/** @param what goes, in the plural @throws BkcacheError BK1002 where nobody has agreed, nor can be asked. */
export function requireAgreement(confirm: Confirm<never>, what: string): void {
  if (confirm !== "nobody") return;
  throw new BkcacheError({
    code: "BK1002",
    message: `${what} are deleted only where that is agreed to, and there is no terminal to ask on`,
    hint: "pass --yes, or --dry-run to see what would go",
  });
}
