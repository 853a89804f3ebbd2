import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

const isRoot = process.getuid?.() === 0;
const raw = (...bytes: (string | number[])[]): Buffer =>
  Buffer.concat(bytes.map((part) => Buffer.from(part as string)));

/** Fills a folder with entries that are easily lost: names, modes, owners, links and lengths of every kind. */
export function fillStrangely(dir: string): void {
  const at = (name: string | Buffer): Buffer => Buffer.concat([Buffer.from(`${dir}/`), Buffer.from(name)]);
  writeFileSync(at("empty"), "");
  writeFileSync(at("script"), "#!/bin/sh\n", { mode: 0o755 });
  writeFileSync(at("x\ny"), "newline");
  writeFileSync(at("-rf"), "dash");
  writeFileSync(at("sp ace '\"\\ $HOME"), "shell");
  writeFileSync(at(raw([0xff, 0xfe], "x")), "not UTF-8");
  writeFileSync(at("ü"), "UTF-8");
  writeFileSync(at("u\u0308"), "the same, decomposed");
  writeFileSync(at("n".repeat(255)), "long");
  const deep = "d".repeat(120);
  mkdirSync(at(`${deep}/${deep}/${deep}`), { recursive: true });
  writeFileSync(at(`${deep}/${deep}/${deep}/${"f".repeat(200)}`), "deep");
  mkdirSync(at("read only/inside"), { recursive: true });
  writeFileSync(at("read only/inside/file"), "kept", { mode: 0o444 });
  mkdirSync(at("empty dir"));
  chmodSync(at("empty dir"), 0o3777);
  writeFileSync(at("first"), "several names");
  linkSync(at("first"), at("read only/second"));
  linkSync(at("first"), at("a third"));
  writeFileSync(at("nothing"), "");
  linkSync(at("nothing"), at("nothing too"));
  symlinkSync("first", at("link"));
  symlinkSync("/etc/passwd", at("link out"));
  symlinkSync("../../..", at("read only/link up"));
  symlinkSync(raw("to\n", [0xff]), at(raw("link\n", [0xfe], "'")));
  symlinkSync("t".repeat(300), at("long link"));
  symlinkSync("nowhere", at("link of five names"));
  for (const name of ["b", "c", "d", "e"]) linkSync(at("link of five names"), at(`link ${name}`));
  writeFileSync(at("sparse"), "begin");
  truncateSync(at("sparse"), 20 * 2 ** 20);
  writeFileSync(at(".bkcached"), "not bkcache's");
  mkdirSync(at("sub"));
  writeFileSync(at("sub/.bkcache"), "nor this");
  utimesSync(at("script"), 1_000_000_000, 1_000_000_000);
  utimesSync(at("empty"), 0, 0);
  utimesSync(at("ü"), 2 ** 33, 2 ** 33);
  lutimesSync(at("link out"), 1_100_000_000, 1_100_000_000);
  utimesSync(at("empty dir"), 1_200_000_000, 1_200_000_000);
  if (isRoot) {
    chownSync(at("script"), 1000, 2000);
    chownSync(at("read only"), 3_000_000, 4_000_000_000);
    execFileSync("chown", ["-h", "77:78", join(dir, "link")]);
  }
  utimesSync(at("sub"), 1_300_000_000, 1_300_000_000);
  // The shell in a mount is root's; nobody else can move such a folder.
  if (isRoot) for (const name of ["read only/inside", "read only"]) chmodSync(at(name), 0o555);
  utimesSync(at("read only/inside"), 1_400_000_000, 1_400_000_000);
  utimesSync(at("read only"), 1_500_000_000, 1_500_000_000);
}
