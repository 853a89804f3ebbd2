// `npm run verify`: every check and every test, from a bare clone. `--no-tests` runs the checks alone.
// Goes on after a failure, so that one run shows everything; the last line is `N passed, N failed`.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statfsSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { devEnv, devNode, prepareChecks, root, say } from "./prepare.mjs";

const build = ["build", "npm", "run", "--silent", "build"];
/** In the order of their time, so that the last one is a short one. */
const checks = [
  ["unused files, exports and dependencies", "knip"],
  ["lint", "oxlint", "--type-aware", "--deny-warnings"],
  ["package: types", "attw", "--pack", ".", "--profile", "esm-only"],
  ["generated files are up to date", "node", "test/scripts/codegen.mjs", "--check"],
  ["types", "tsc", "-p", "."],
  ["package: entry points", "publint", "--strict"],
  ["format", "oxfmt", "--check"],
];
const tests = [
  ["unit and golden tests", "unit", "mounts"],
  ["CLI tests", "cli"],
  ["integration tests (real BuildKit, S3 and GCS servers)", "itg"],
];

/** Of the error of a failed test that the end repeats. */
const maxReasonLines = 20;

const total = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
/** What each failed test said: the output of the tests after it pushes it out of what a CI service shows. */
const reasons = [];
const children = new Set();
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
]) {
  process.on(signal, () => {
    for (const { pid } of children) process.kill(-pid, signal);
    process.exit(code);
  });
}

/**
 * Where tests have their files: in memory where there is room for it. Tests make and remove some hundred thousand files,
 * which takes a disk four times as long.
 */
function findTempDir() {
  try {
    const { bavail, bsize } = statfsSync("/dev/shm");
    const isNoexec = readFileSync("/proc/self/mounts", "utf8")
      .split("\n")
      .some((line) => line.split(" ")[1] === "/dev/shm" && line.split(" ")[3]?.split(",").includes("noexec"));
    return bavail * bsize >= 8 * 2 ** 30 && !isNoexec ? "/dev/shm" : tmpdir();
  } catch {
    return tmpdir();
  }
}

/** Runs a command in a process group of its own; resolves to its exit code and, where it is not shown, to its output. */
function run(command, args, { env = {}, isShown = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...devEnv(), ...env },
      stdio: ["ignore", ...(isShown ? ["inherit", "inherit"] : ["pipe", "pipe"])],
      detached: true,
    });
    children.add(child);
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding("utf8").on("data", (text) => (output += text));
    const end = (exitCode) => {
      children.delete(child);
      resolve({ exitCode, output });
    };
    child.on("error", (error) => {
      say(`${command}: ${error.message}`);
      end(1);
    });
    child.on("close", (code) => end(code ?? 1));
  });
}

function count(name, { passed, failed, skipped = 0 }) {
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
  if (failed > 0) failures.push(name);
  say(
    `${failed > 0 ? "FAILED" : "ok"}: ${name} (${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""})`,
  );
}

async function runCheck([name, command, ...args]) {
  const { exitCode, output } = await run(command, args);
  say(`${name}: ${[command, ...args].join(" ")}`);
  process.stderr.write(output);
  count(name, exitCode === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });
}

/** As many at a time as there are processors. */
async function runChecks() {
  // Those of the package read dist.
  await runCheck(build);
  const queue = checks.values();
  const runNext = async () => {
    for (const check of queue) await runCheck(check);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, runNext));
}

/** Builds the programs of the integration tests beside all else, which goes first where a processor is wanted. */
async function buildToolchain() {
  // The tests that want these say so where they cannot be had.
  const others = [["test/scripts/docs.mjs", "--install"], ["test/scripts/unpack-chromium.ts"]];
  const fetching = Promise.all(others.map((args) => run("nice", [devNode, ...args])));
  const { exitCode, output } = await run("nice", [devNode, "test/toolchain/install.mjs"]);
  if (exitCode !== 0) process.stderr.write(output);
  await fetching;
  say(exitCode === 0 ? "the toolchain is installed" : "the toolchain cannot be installed");
}

async function runTests([name, ...projects]) {
  const chosen = projects.flatMap((project) => ["--project", project]);
  say(`${name}: vitest run ${chosen.join(" ")}`);
  const dir = mkdtempSync(join(findTempDir(), "bkcache-verify-"));
  const remove = () => rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
  process.once("exit", remove);
  const file = join(dir, "report.json");
  const args = ["run", ...chosen, "--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const { exitCode } = await run("vitest", args, { env: { TMPDIR: dir }, isShown: true });
  let result;
  try {
    const report = JSON.parse(readFileSync(file, "utf8"));
    result = countTests(report);
    reasons.push(...explainFailures(report));
  } catch {
    result = { passed: 0, failed: 1, skipped: 0 };
  }
  remove();
  process.off("exit", remove);
  // Errors outside of any test, or a project without tests, show in the exit code only.
  if (exitCode !== 0 && result.failed === 0) result.failed = 1;
  count(name, result);
}

/** A file that cannot be loaded, or fails around its tests, counts as one failure. */
function countTests(report) {
  const broken = report.testResults.filter(isBroken);
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

function isBroken({ status, assertionResults }) {
  return status === "failed" && assertionResults.every((each) => each.status !== "failed");
}

/** The file, the name and the first lines of the error of each failed test, and of each file that fails by itself. */
function explainFailures({ testResults }) {
  return testResults.flatMap((file) => {
    const failed = file.assertionResults.filter((each) => each.status === "failed");
    return [
      ...failed.map(({ fullName, failureMessages }) => [fullName, failureMessages.join("\n")]),
      ...(isBroken(file) ? [["(the file)", file.message]] : []),
    ].map(([title, text]) => {
      const lines = stripVTControlCharacters(text).split("\n").slice(0, maxReasonLines);
      return [`${relative(root, file.name)}: ${title}`, ...lines].join("\n    ");
    });
  });
}

const hasTests = !process.argv.includes("--no-tests");
prepareChecks();
const toolchain = hasTests ? buildToolchain() : undefined;
await runChecks();
for (const test of hasTests ? tests : []) {
  if (test[1] === "itg") await toolchain;
  await runTests(test);
}

for (const reason of reasons) process.stdout.write(`\n  ${reason}\n`);
if (failures.length > 0) say(`failed: ${failures.join("; ")}`);
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
process.stdout.write(`${total.passed} passed, ${total.failed} failed${skipped}\n`);
process.exitCode = total.failed > 0 ? 1 : 0;
