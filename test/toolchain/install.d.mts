/** Of each kind all by default; see install.mjs. */
export interface Wanted {
  readonly programs?: readonly string[];
  readonly tools?: readonly string[];
}
export function installToolchain(wanted?: Wanted): void;
