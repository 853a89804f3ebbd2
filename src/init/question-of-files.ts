import type { FoundDefinition } from "./found.ts";

/** What somebody is asked where several files say what is built. */
export function listDefinitions(definitions: readonly FoundDefinition[]): readonly string[] {
  return definitions.map(({ files, definition }, index) => {
    const count = Object.keys(definition.targets).length;
    return `  ${index + 1}  ${files.join(", ")} (${count} target${count === 1 ? "" : "s"})`;
  });
}

/** The files that an answer such as `1 3` means: all for an empty one, null for one that means nothing. */
export function chooseDefinitions(
  definitions: readonly FoundDefinition[],
  answer: string,
): readonly FoundDefinition[] | null {
  const words = answer.split(/[\s,]+/).filter(Boolean);
  if (words.length === 0 || words.join("") === "all") return definitions;
  const chosen = words.map((word) => definitions[Number(word) - 1]);
  return chosen.some((each) => each === undefined) ? null : definitions.filter((each) => chosen.includes(each));
}
