/** Content by path from the repository's root. */
export function compileTemplates(): Promise<Record<string, string>>;
