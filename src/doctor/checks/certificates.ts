import { readFile } from "node:fs/promises";
import { X509Certificate } from "node:crypto";
import { authorityFiles } from "../../store/authorities.ts";
import type { Check } from "../check.ts";
import { type DoctorFinding, errorOf, healthy } from "../verdict.ts";

/** Whether the files hold certificates, and none that has ended. */
export const certificates: Check = {
  name: "authorities",
  boundMs: 12_000,
  late: "BK5072",
  subjects: async () => [""],
  async examine(_, { host }) {
    const set = authorityFiles(host.env);
    if (set.length === 0) return healthy("those of Node alone");
    const findings: DoctorFinding[] = [];
    for (const { name, path } of set) {
      const reason = await whyNot(path, host.now());
      if (reason === null) continue;
      findings.push(
        errorOf({
          code: "BK5072",
          message: `${name} names ${path}, which ${reason}`,
          hint: `name a file of PEM certificates, or unset ${name}`,
        }),
      );
    }
    return { ...healthy(set.map(({ name, path }) => `${name}=${path}`).join(", ")), findings };
  },
};

async function whyNot(path: string, now: number): Promise<string | null> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    return `cannot be read (${error instanceof Error && "code" in error ? String(error.code) : String(error)})`;
  }
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) return "holds no certificate";
  try {
    const all = blocks.map((block) => new X509Certificate(block));
    // Of a bundle of many some may have ended.
    return all.every(({ validToDate }) => validToDate.getTime() < now) ? "holds certificates that have ended" : null;
  } catch {
    return "holds what is no certificate";
  }
}
