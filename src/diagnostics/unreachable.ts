/** Stands where the types leave no value: ends a switch that lists every case. */
export function unreachable(value: never): never {
  throw new Error(`unexpected ${JSON.stringify(value)}`);
}
