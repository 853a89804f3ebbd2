/**
 * How much longer work takes for ten times the input; the least of some rounds, each measured against the other in turn, by
 * the processor's time of this process: what else the machine does then counts for little. About 10 for linear work, 100
 * for quadratic.
 */
export async function growthOf(work: (size: number) => unknown, size: number, rounds = 5): Promise<number> {
  const spent = async (count: number): Promise<number> => {
    const before = process.cpuUsage();
    await work(count);
    const { user, system } = process.cpuUsage(before);
    return Math.max(1, user + system);
  };
  let [small, large] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < rounds; round++) {
    small = Math.min(small, await spent(size));
    large = Math.min(large, await spent(size * 10));
  }
  return large / small;
}
