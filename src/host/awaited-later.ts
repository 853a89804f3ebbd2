/** Work that starts before it is awaited: whoever fails first is heard, the others must not end the process. */
export function awaitedLater<T>(work: Promise<T>): Promise<T> {
  work.catch(() => {});
  return work;
}
