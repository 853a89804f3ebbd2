export const moduleDir: string;
export function toolNames(): string[];
export function moduleVersion(modulePath: string): string;
export function toolchainDir(): string;
