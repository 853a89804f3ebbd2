import { showBytes, showTime } from "../../diagnostics/units.ts";
import { type Html, html } from "./html.ts";
import type { PageMove, PageRun, PageTarget } from "./read.ts";
import { style } from "./style.ts";
import { renderTable } from "./table.ts";
import { renderTimelines } from "./timeline.ts";

/**
 * Reports as one page that needs nothing else and asks nobody for anything: its policy allows neither scripts nor requests. Pure.
 * @param runs at least one
 */
export function renderPage(runs: readonly PageRun[]): string {
  const ordered = runs.toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : a.startedAt > b.startedAt ? 1 : 0));
  const title = ordered.length === 1 ? "Build report" : `Build report of ${ordered.length} runs`;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
        />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        <style>
          ${{ html: style }}
        </style>
      </head>
      <body>
        <main>
          <header><h1>${title}</h1></header>
          ${ordered.length > 1 ? renderOverview(ordered) : null}
          ${ordered.map((run, index) => renderRun(run, { index, runs: ordered }))}
        </main>
        <footer class="soft">
          <p>
            Made by bkcache from what <code>--report</code> wrote. Steps are named by their place and instruction,
            without values of arguments or variables.
          </p>
        </footer>
      </body>
    </html> `;
  return page.html;
}

function renderOverview(runs: readonly PageRun[]): Html {
  return html`<h2>All runs</h2>
    ${renderTable({
      caption: "What each run came to",
      head: ["Run", "Started", "Result", ">Cached", ">Pulled", ">Pushed", ">Time"],
      rows: runs.map((run, index) => [
        `${index + 1}`,
        showMoment(run.startedAt),
        showResult(run),
        `${run.cached} of ${run.total}`,
        showSize(run.pulled),
        showSize(run.pushed),
        showTime(run.ms),
      ]),
    })}`;
}

interface Place {
  readonly index: number;
  readonly runs: readonly PageRun[];
}

function renderRun(run: PageRun, { index, runs }: Place): Html {
  const facts: readonly (readonly [string, string])[] = [
    ["Result", showResult(run)],
    ["Steps cached", `${run.cached} of ${run.total}`],
    ["Time", showTime(run.ms)],
    ["Pulled", showSize(run.pulled)],
    ["Pushed", showSize(run.pushed)],
  ];
  const whys = run.targets.flatMap(({ name, why }) => (why === null ? [] : [[name, why.step, why.texts.join("; ")]]));
  return html`<section>
    <h2>${runs.length > 1 ? `Run ${index + 1}: ` : ""}${showMoment(run.startedAt)}</h2>
    <p class="soft">Builder ${run.builder}, ${run.versions}</p>
    <dl class="facts">
      ${facts.map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
    <h3>Timeline</h3>
    ${renderTimelines(run)}
    <h3>Why steps ran</h3>
    ${
      whys.length === 0
        ? html`<p>No step ran that could have come from a cache.</p>`
        : renderTable({
            caption: "The first step of each target that ran",
            head: ["Target", "Step", "Why"],
            rows: whys,
          })
    }
    <h3>What each cache cost and gave</h3>
    ${renderTable({
      caption:
        "Caches that targets read and wrote. Gave: the time that cached steps took where they ran in another run of this page",
      head: [
        "Target",
        "Read from",
        ">Import",
        ">Pulled",
        ">Cached",
        ">Gave",
        "Written to",
        ">Export",
        ">Pushed",
        ">Size",
      ],
      rows: run.targets.map((target) => cacheRow(target, runs)),
    })}
    <h3>Cache mounts</h3>
    ${
      run.mounts.length === 0
        ? html`<p>No cache mount was carried.</p>`
        : renderTable({
            caption: "Contents that came before the build and went after it",
            head: ["Mount", "Platform", "Restored", "Saved"],
            rows: run.mounts.map(({ name, platform, restore, save }) => [
              name,
              platform,
              showMove(restore),
              showMove(save),
            ]),
          })
    }
    ${
      run.notes.length === 0
        ? null
        : html`<h3>What went wrong or was left out</h3>
            <ul>
              ${run.notes.map((note) => html`<li>${note}</li>`)}
            </ul>`
    }
  </section> `;
}

function cacheRow(target: PageTarget, runs: readonly PageRun[]): readonly string[] {
  const { name, steps, source, sourceReason, written, cacheBytes } = target;
  const gave = timeGiven(target, runs);
  return [
    name,
    source ?? `nothing: ${sourceReason}`,
    target.import === null ? "-" : showTime(target.import.ms),
    target.import === null ? "-" : showSize(target.import.bytes),
    steps === null ? "?" : `${steps.cached} of ${steps.total}`,
    gave === null ? "?" : showTime(gave),
    written.length === 0 ? "nothing" : written.join(", "),
    target.export === null ? "-" : showTime(target.export.ms),
    target.export === null ? "-" : showSize(target.export.bytes),
    showSize(cacheBytes),
  ];
}

/** Time in ms that the cached steps took in the run in which they ran longest; null where none of them ran in any. */
function timeGiven({ name, timeline, source }: PageTarget, runs: readonly PageRun[]): number | null {
  if (source === null) return null;
  const cached = new Set(timeline.filter(({ state }) => state === "cached").map((item) => item.name));
  const times = new Map<string, number>();
  for (const other of runs.flatMap(({ targets }) => targets.filter((target) => target.name === name))) {
    for (const item of other.timeline) {
      const isStep = item.kind === "step" && item.state === "ran";
      if (isStep && cached.has(item.name)) times.set(item.name, Math.max(item.ms, times.get(item.name) ?? 0));
    }
  }
  return times.size === 0 ? null : [...times.values()].reduce((sum, ms) => sum + ms, 0);
}

function showMove(move: PageMove | null): string {
  if (move === null) return "-";
  const { outcome, reason, bytes, ms } = move;
  const moved = outcome === "restored" || outcome === "saved" ? ` ${showSize(bytes)} in ${showTime(ms)}` : "";
  return `${outcome}${moved}${reason === null ? "" : `: ${reason}`}`;
}

function showResult({ exitCode }: PageRun): string {
  return exitCode === 0 ? "built" : `failed (${exitCode})`;
}

function showSize(bytes: number | null): string {
  return bytes === null ? "?" : showBytes(bytes);
}

/** As `2026-11-24 08:15 UTC`; a text that is no moment as it is. */
function showMoment(text: string): string {
  const [, day, time] = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})/.exec(text) ?? [];
  return day === undefined ? text : `${day} ${time} UTC`;
}
