export const moduleDir: string;
export function toolPackages(): Record<string, string>;
export function moduleVersion(modulePath: string): string;
export function cachedDir(name: string): string;
export function toolchainDir(): string;
export function pythonDir(): string;
