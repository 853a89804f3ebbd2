export function mapRecord<A, B>(
  record: Readonly<Record<string, A>> | undefined,
  change: (value: A, name: string) => B,
): Record<string, B> {
  return Object.fromEntries(Object.entries(record ?? {}).map(([name, value]) => [name, change(value, name)]));
}
