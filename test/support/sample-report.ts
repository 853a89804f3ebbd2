import type { Report, TargetReport } from "../../src/outcome/report.ts";

/** What a report says of a target that took everything from the cache. */
export function sampleTarget(more: Partial<TargetReport> = {}): TargetReport {
  return {
    ref: "b/b0/one",
    digest: null,
    steps: { total: 5, cached: 5, ran: [] },
    source: { backend: "remote", scope: "main", name: "shop.api.main", reason: "it is there" },
    sourceReason: "it is there",
    written: [{ backend: "remote", scope: "main", name: "shop.api.main", bytes: 0, cacheBytes: 10 }],
    import: { ms: 12, bytes: 1_372_171 },
    export: { ms: 1_250, bytes: 0 },
    relay: null,
    why: null,
    timeline: null,
    ...more,
  };
}

/** A report of a build of one target, with every field. */
export function sampleReport(more: Partial<Report> = {}): Report {
  return {
    version: 1,
    bkcache: "0.1.0",
    startedAt: "2026-11-24T00:00:00.000Z",
    ms: 1_000,
    exitCode: 0,
    builder: { name: "b", driver: "remote", buildkit: "v0.34.2" },
    buildx: "0.38.2",
    ways: {},
    totals: {
      steps: { total: 5, cached: 5 },
      pulledBytes: 1_372_171,
      pushedBytes: 0,
      mounts: { restoredBytes: 0, savedBytes: 0 },
    },
    baseline: null,
    targets: { api: sampleTarget() },
    mounts: [],
    failures: [],
    leftOut: [],
    notes: [],
    ...more,
  };
}
