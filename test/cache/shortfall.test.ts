import { expect, test } from "vitest";
import { refuseShortfall, type Shortfall, tellShortfall } from "../../src/cache/shortfall.ts";
import type { Host, Message } from "../../src/host/host.ts";
import { createHost } from "../../src/host/node-host.ts";

const finding = (code: "BK5002" | "BK5007" | "BK4017", message: string) => ({ code, message }) as const;

const shortfall: Shortfall = {
  leftOut: [
    { backend: "closed", diagnostic: finding("BK5002", "closed refuses") },
    { backend: "gone", diagnostic: finding("BK5007", "gone does not answer") },
    { backend: "docker", diagnostic: finding("BK5002", "the driver has no s3") },
  ],
  lacking: new Set(["docker"]),
  unanswering: { gone: finding("BK5007", "gone does not answer"), far: finding("BK5007", "far does not answer") },
  tiers: { far: "/tier" },
  direct: [finding("BK4017", "no relay")],
};

function listen(): { readonly host: Host; readonly told: Message[] } {
  const told: Message[] = [];
  const signal = new AbortController().signal;
  return { host: createHost({ cwd: "/", env: {}, signal, tell: (message) => void told.push(message) }), told };
}

test("each backend is said once, with how the run goes on", () => {
  const { host, told } = listen();
  tellShortfall(host, shortfall);
  expect(told.map(({ level, message }) => `${level}: ${message}`)).toEqual([
    "warning: closed refuses; building without it",
    "warning: gone does not answer; building without it",
    "warning: the driver has no s3; building without it",
    "warning: far does not answer; what /tier has of it is read",
    "warning: no relay; the bucket is used directly",
  ]);
});

test("under strict each failure ends the run, but none of a driver that lacks a backend", () => {
  const messages = (fall: Shortfall): readonly string[] => {
    try {
      refuseShortfall(fall);
      return [];
    } catch (error) {
      return (error as { readonly findings: readonly { readonly message: string }[] }).findings.map(
        ({ message }) => message,
      );
    }
  };
  expect(new Set(messages(shortfall))).toEqual(
    new Set(["closed refuses", "gone does not answer", "far does not answer", "no relay"]),
  );
  const lacking = shortfall.leftOut.filter(({ backend }) => backend === "docker");
  expect(messages({ ...shortfall, leftOut: lacking, unanswering: {}, direct: [] })).toEqual([]);
});
