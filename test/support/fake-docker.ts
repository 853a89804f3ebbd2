import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

/** What the fake says when the arguments begin with `when`; the first answer that fits is taken. */
interface FakeAnswer {
  readonly when: readonly string[];
  /** Every one of these must stand somewhere among the arguments too. */
  readonly has?: readonly string[];
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exitCode?: number;
  /** Content for the file that stands behind an option, such as `--metadata-file`. */
  readonly files?: Readonly<Record<string, string>>;
  /** Milliseconds before it answers. */
  readonly delayMs?: number;
  /** Fits this many times, then no more. */
  readonly times?: number;
}

interface FakeCall {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly stdin: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface FakeDocker {
  /** Folder to put in front of PATH. */
  readonly binDir: string;
  readonly path: string;
  /** PATH with nothing on it but the fake and the system's basics. */
  readonly PATH: string;
  calls(): FakeCall[];
}

export interface FakeDockerOptions {
  readonly answers?: readonly FakeAnswer[];
  /** Name of the program: `docker`, `buildx` or `docker-buildx`. */
  readonly name?: string;
}

/** An executable that records how it is called and answers from a list; what fits nothing exits 97. */
export function fakeDocker(dir: string, { answers = [], name = "docker" }: FakeDockerOptions = {}): FakeDocker {
  const binDir = join(dir, "bin");
  const path = join(binDir, name);
  const callsFile = join(dir, `${name}.calls.jsonl`);
  mkdirSync(binDir, { recursive: true });
  writeFileSync(join(dir, `${name}.answers.json`), JSON.stringify(answers));
  writeFileSync(path, programText(dir, name));
  chmodSync(path, 0o755);
  return {
    binDir,
    path,
    PATH: [binDir, "/usr/bin", "/bin"].join(delimiter),
    calls() {
      if (!existsSync(callsFile)) return [];
      const lines = readFileSync(callsFile, "utf8").trimEnd().split("\n");
      return lines.map((line): FakeCall => JSON.parse(line));
    },
  };
}

function programText(dir: string, name: string): string {
  return `#!${process.execPath}
const fs = require("node:fs");
const [dir, name] = ${JSON.stringify([dir, name])};
const argv = process.argv.slice(2);
const parts = [];
for (let isOpen = !process.stdin.isTTY; isOpen;) {
  const part = Buffer.alloc(65536);
  try {
    const bytes = fs.readSync(0, part);
    parts.push(part.subarray(0, bytes));
    isOpen = bytes > 0;
  } catch (error) {
    // Whoever writes may be slower than this.
    isOpen = error.code === "EAGAIN" && argv.includes("-");
    if (isOpen) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  }
}
const stdin = Buffer.concat(parts).toString();
const callsFile = dir + "/" + name + ".calls.jsonl";
fs.appendFileSync(callsFile, JSON.stringify({ argv, cwd: process.cwd(), stdin, env: process.env }) + "\\n");
const answers = JSON.parse(fs.readFileSync(dir + "/" + name + ".answers.json", "utf8"));
const fits = (answer, args) =>
  answer.when.every((token, i) => args[i] === token) && (answer.has ?? []).every((token) => args.includes(token));
const index = answers.findIndex((answer, i) => {
  if (!fits(answer, argv)) return false;
  if (answer.times === undefined) return true;
  for (let use = 0; use < answer.times; use += 1) {
    try { fs.writeFileSync(dir + "/" + name + ".used-" + i + "-" + use, "", { flag: "wx" }); return true; } catch {}
  }
  return false;
});
const answer = answers[index];
if (answer === undefined) {
  process.stderr.write("fake " + name + ": no answer for " + JSON.stringify(argv) + "\\n");
  process.exit(97);
}
setTimeout(() => {
  for (const [option, content] of Object.entries(answer.files ?? {})) {
    const at = argv.findIndex((token) => token === option || token.startsWith(option + "="));
    if (at !== -1) fs.writeFileSync(argv[at] === option ? argv[at + 1] : argv[at].slice(option.length + 1), content);
  }
  process.stdout.write(answer.stdout ?? "");
  process.stderr.write(answer.stderr ?? "");
  process.exitCode = answer.exitCode ?? 0;
}, answer.delayMs ?? 0);
`;
}
