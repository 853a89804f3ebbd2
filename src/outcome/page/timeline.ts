import { showTime } from "../../diagnostics/units.ts";
import { findCriticalPath } from "./critical-path.ts";
import { type Html, html } from "./html.ts";
import type { PageItem, PageRun, PageTarget } from "./read.ts";

/** What took less than this part of a run, and was not waited for, is in a list of its own. */
const slight = 0.005;
/** Items of one target that are drawn. */
const mostItems = 300;

/** What each build did when, with the way that its end waited for. */
export function renderTimelines(run: PageRun): Html {
  const targets = run.targets.filter(({ timeline }) => timeline.length > 0);
  if (targets.length === 0) return html`<p class="soft">The builder had no history of these builds.</p>`;
  const end = Math.max(run.ms, ...targets.flatMap(({ timeline }) => timeline.map(({ start, ms }) => start + ms)), 1);
  return html`<p>
      From the start of the run to its end, ${showTime(end)}. What is marked as critical is what the end of a build
      waited for, one after the other: only there does time saved make it sooner done.
    </p>
    <ul class="key">
      <li class="ran"><i></i>ran</li>
      <li class="cached"><i></i>from a cache</li>
      <li class="moved"><i></i>import and export of the cache</li>
      <li class="failed"><i></i>failed</li>
      <li><i></i>else</li>
    </ul>
    ${targets.map((target) => renderTarget(target, end))}`;
}

function renderTarget({ name, timeline }: PageTarget, end: number): Html {
  const path = findCriticalPath(timeline);
  const isCritical = new Set(path);
  const rows = timeline.map((item, index) => ({ item, critical: isCritical.has(index) }));
  const isShown = ({ item, critical }: (typeof rows)[number]) =>
    (critical && item.ms > 0) || item.ms / end >= slight || item.state === "failed";
  const shown = rows.filter(isShown).slice(0, mostItems);
  const rest = rows.filter((row) => !shown.includes(row)).slice(0, mostItems);
  const sum = path.reduce((total, index) => total + (timeline[index]?.ms ?? 0), 0);
  return html`<h4>${name}</h4>
    <p class="soft">Critical path: ${showTime(sum)}</p>
    <ol class="time">
      ${shown.map((row) => renderItem(row, end))}
    </ol>
    ${
      rest.length === 0
        ? null
        : html`<details>
            <summary>${rest.length} that took next to nothing</summary>
            <ol class="time">
              ${rest.map((row) => renderItem(row, end))}
            </ol>
          </details>`
    }`;
}

function renderItem({ item, critical }: { readonly item: PageItem; readonly critical: boolean }, end: number): Html {
  const { name, kind, state, start, ms } = item;
  const isMoved = kind === "import" || kind === "export";
  const look =
    state === "failed"
      ? "failed"
      : isMoved
        ? "moved"
        : kind !== "step" && kind !== "image"
          ? "else"
          : state === "cached"
            ? "cached"
            : "ran";
  const left = percent(start / end);
  const width = percent(Math.min(ms / end, 1 - start / end));
  return html`<li class="${look}${critical ? " critical" : ""}">
    <span class="row"
      ><span>${name}${critical ? html`<span class="mark">critical</span>` : null}</span
      ><span class="when"
        >${state === "cached" ? "cached, " : state === "failed" ? "failed, " : ""}${showTime(ms)}, from
        ${showTime(start)}</span
      ></span
    ><span class="track"><span class="bar" style="margin-left:${left}%;width:${width}%"></span></span>
  </li> `;
}

function percent(part: number): string {
  return (Math.min(1, Math.max(0, part)) * 100).toFixed(2);
}
