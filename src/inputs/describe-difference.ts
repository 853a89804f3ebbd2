import { unreachable } from "../diagnostics/unreachable.ts";
import type { Difference, FileChange } from "./compare.ts";

/** Files that are named before the rest is counted. */
const mostFiles = 5;

/** A difference as a clause for people. */
export function describeDifference(difference: Difference): string {
  switch (difference.kind) {
    case "setting": {
      const { name, before, after } = difference;
      if (!before.isSet) return `${name} is new${shownValue(after)}`;
      if (!after.isSet) return `${name} is gone${shownValue(before)}`;
      if (before.value === null || after.value === null) return `${name} has another value`;
      return `${name} was ${before.value} and is ${after.value}`;
    }
    case "instruction": {
      const { before, after } = difference;
      if (before === null) return `line ${after?.line} is new: ${after?.text}`;
      if (after === null) return `line ${before.line} is gone: ${before.text}`;
      return before.text === after.text
        ? `line ${after.line} has changed: ${after.text}`
        : `line ${after.line} was "${before.text}" and is "${after.text}"`;
    }
    case "files": {
      const { context, files } = difference;
      const where = context === "" ? "" : ` of the context ${context}`;
      if (files === null) return context === "" ? "the context has changed" : `the context ${context} has changed`;
      const listed = files.slice(0, mostFiles).map(describeFile);
      const more = files.length > mostFiles ? [`${files.length - mostFiles} more`] : [];
      return `files${where}: ${[...listed, ...more].join(", ")}`;
    }
    case "linked":
      return `the linked target ${difference.target} has changed`;
    case "image":
      return `the image ${difference.name} is another one by its arguments`;
    case "unknown":
      return `not known: ${difference.reason}`;
    default:
      return unreachable(difference);
  }
}

function shownValue(state: { readonly isSet: boolean; readonly value?: string | null }): string {
  return state.value === null || state.value === undefined ? "" : ` (${state.value})`;
}

function describeFile({ path, change }: FileChange): string {
  return change === "changed" ? path : change === "mode" ? `${path} (rights)` : `${path} (${change})`;
}
