/** What the work comes to, or `late` where that takes more than so many milliseconds. It goes on, and is heard by nobody. */
export async function within<T, L>(work: Promise<T>, ms: number, late: L): Promise<T | L> {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<L>((resolve) => (timer = setTimeout(resolve, ms, late)));
  return Promise.race([work, end]).finally(() => clearTimeout(timer));
}
