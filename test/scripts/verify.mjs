// `npm run verify`: every check and every test, from a bare clone. `--no-tests` runs the checks alone.
// Goes on after a failure, so that one run shows everything; the last line is `N passed, N failed`.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { devEnv, prepare, root, say } from "./prepare.mjs";

const checks = [
  ["format", "oxfmt", "--check"],
  ["lint", "oxlint", "--type-aware", "--deny-warnings"],
  ["types", "tsc", "-p", "."],
  ["generated files are up to date", "node", "test/scripts/codegen.mjs", "--check"],
  ["build", "npm", "run", "--silent", "build"],
  ["unused files, exports and dependencies", "knip"],
  ["package: entry points", "publint", "--strict"],
  ["package: types", "attw", "--pack", ".", "--profile", "esm-only"],
];
const tests = [
  ["unit and golden tests", "unit"],
  ["CLI tests", "cli"],
  ["integration tests (real BuildKit, S3 and GCS servers)", "itg"],
];

/** Of the error of a failed test that the end repeats. */
const maxReasonLines = 20;

const isCi = (process.env.CI ?? "") !== "";
const total = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
/** What each failed test said: the output of the tests after it pushes it out of what a CI service shows. */
const reasons = [];
let child;
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
]) {
  process.on(signal, () => {
    child?.kill(signal);
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

/** Runs a command with its output on this terminal; resolves to its exit code. */
function run(command, args, env = {}) {
  return new Promise((resolve) => {
    child = spawn(command, args, {
      cwd: root,
      env: { ...devEnv(), ...env },
      stdio: ["ignore", "inherit", "inherit"],
    });
    child.on("error", (error) => {
      say(`${command}: ${error.message}`);
      resolve(1);
    });
    child.on("exit", (code) => resolve(code ?? 1));
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
  say(`${name}: ${[command, ...args].join(" ")}`);
  const isOk = (await run(command, args)) === 0;
  count(name, isOk ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });
}

async function runTests([name, project]) {
  say(`${name}: vitest run --project ${project}`);
  const dir = mkdtempSync(join(findTempDir(), "bkcache-verify-"));
  const remove = () => rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
  process.once("exit", remove);
  const file = join(dir, "report.json");
  const args = ["run", "--project", project, "--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const exitCode = await run("vitest", args, { TMPDIR: dir });
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
  if (project === "itg" && isCi && result.passed === 0 && result.failed === 0) {
    say("no integration test has run; that counts as a failure in CI");
    result.failed = 1;
  }
  count(name, result);
}

/** A file that cannot be loaded has no tests in the report: it counts as one failure. */
function countTests(report) {
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** The file, the name and the first lines of the error of each failed test, and of each file that cannot be loaded. */
function explainFailures(report) {
  return report.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults.filter((each) => each.status === "failed");
    const isBroken = status === "failed" && failed.length === 0;
    return [
      ...failed.map(({ fullName, failureMessages }) => [fullName, failureMessages.join("\n")]),
      ...(isBroken ? [["(the file)", message]] : []),
    ].map(([title, text]) => {
      const lines = stripVTControlCharacters(text).split("\n").slice(0, maxReasonLines);
      return [`${relative(root, name)}: ${title}`, ...lines].join("\n    ");
    });
  });
}

const hasTests = !process.argv.includes("--no-tests");
prepare({ hasServers: hasTests });
for (const check of checks) await runCheck(check);
if (hasTests) for (const test of tests) await runTests(test);

for (const reason of reasons) process.stdout.write(`\n  ${reason}\n`);
if (failures.length > 0) say(`failed: ${failures.join("; ")}`);
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
process.stdout.write(`${total.passed} passed, ${total.failed} failed${skipped}\n`);
process.exitCode = total.failed > 0 ? 1 : 0;
