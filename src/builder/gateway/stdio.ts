/** A part of what a process writes. */
export interface OutputPiece {
  /** 1 or 2. */
  readonly fd: number;
  /** Valid until the receiver returns. */
  readonly data: Buffer;
}

/** The standard streams of a process on the builder. */
export interface Stdio {
  /** Resolves when there is room for more; what is sent to a process that has ended is dropped. */
  send(data: Uint8Array): Promise<void>;
  /** Ends its standard input. */
  end(): void;
  /**
   * Gives all that it writes to `onPiece`, which does not throw, and resolves when it has ended, with the reason where that is
   * known; to be called once, at once. While a promise that `onPiece` returned waits no more is read, but for what has come
   * already. Rejects where its connection broke, or it was broken off.
   */
  receive(onPiece: (piece: OutputPiece) => void | Promise<void>): Promise<string | null>;
  /** Breaks it off. */
  cancel(): void;
}
