/** The parts of an upload by their numbers; nothing is taken after its end. */
export interface Parts<T> {
  /** @throws Error for a number that is none, and after the end. */
  check(number: number): void;
  set(number: number, part: T): void;
  /**
   * The parts in the order of their numbers.
   * @throws Error where a number is missing, or there is no part at all, or the upload has ended.
   */
  inOrder(): readonly T[];
  end(): void;
  readonly hasEnded: boolean;
}

export function createParts<T>(key: string): Parts<T> {
  const parts = new Map<number, T>();
  let hasEnded = false;
  const requireOpen = (): void => {
    if (hasEnded) throw new Error(`the upload of ${key} has ended`);
  };
  return {
    check(number) {
      requireOpen();
      if (!Number.isInteger(number) || number < 1) throw new Error(`${number} is no number of a part`);
    },
    set: (number, part) => void parts.set(number, part),
    inOrder() {
      requireOpen();
      if (parts.size === 0) throw new Error(`the upload of ${key} has no part`);
      return Array.from({ length: Math.max(...parts.keys()) }, (_, index) => {
        const part = parts.get(index + 1);
        if (part === undefined) throw new Error(`the upload of ${key} lacks part ${index + 1}`);
        return part;
      });
    },
    end: () => void (hasEnded = true),
    get hasEnded() {
      return hasEnded;
    },
  };
}
