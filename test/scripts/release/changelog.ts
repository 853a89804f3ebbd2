const unreleased = "## Unreleased\n";

/** CHANGELOG.md with what stands below "Unreleased" under the version; throws where nothing stands there. */
export function moveUnreleased(text: string, version: string, date: string): string {
  const start = text.indexOf(unreleased);
  if (start === -1) throw new Error('CHANGELOG.md has no section "## Unreleased"');
  if (text.includes(`\n## ${version} `)) throw new Error(`CHANGELOG.md has a section of ${version} already`);
  const body = start + unreleased.length;
  if (!/^- /m.test(sectionAt(text, body))) throw new Error('CHANGELOG.md has no entry below "Unreleased"');
  return `${text.slice(0, body)}\n## ${version} - ${date}\n${text.slice(body)}`;
}

/** What stands below the heading of a version; throws where it has none. */
export function readSection(text: string, version: string): string {
  const heading = `\n## ${version} `;
  const start = text.indexOf(heading);
  if (start === -1) throw new Error(`CHANGELOG.md has no section of ${version}`);
  return `${sectionAt(text, text.indexOf("\n", start + 1)).trim()}\n`;
}

function sectionAt(text: string, start: number): string {
  const end = text.indexOf("\n## ", start);
  return text.slice(start, end === -1 ? undefined : end);
}
