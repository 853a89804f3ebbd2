/** A file that bkcache writes, beside what is there. */
export interface GeneratedFile {
  readonly kind: "bake" | "dockerfile";
  /** Absolute. */
  readonly path: string;
  readonly content: string;
  /** What is on disk now; null where there is no file. */
  readonly before: string | null;
  /** Whether what is on disk is somebody else's, and would be lost. */
  readonly isForeign: boolean;
}
