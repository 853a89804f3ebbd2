import { credentialIn } from "../credentials.ts";
import type { Path } from "../source-map.ts";
import type { RuleContext } from "./context.ts";
import type { Finding } from "./finding.ts";

/** What is wrong in any string, wherever it stands: text that no file can hold, and forms that only credentials have. */
export function checkStrings({ config, secrets }: RuleContext): Iterable<Finding> {
  const findings: Finding[] = [];
  // A short one may be an ordinary word, such as the name of an image that is a password of a test database too.
  const known = secrets.filter(({ value }) => value.length >= 16);
  visitStrings(config, (text, path, isKey) => {
    if (!text.isWellFormed()) {
      findings.push({
        code: "BK2015",
        path: [...path],
        atKey: isKey,
        message: "the text holds half of a surrogate pair",
      });
    }
    const variable = known.find(({ value }) => text.includes(value))?.name;
    const credential = credentialIn(text) ?? (variable === undefined ? undefined : `the value of ${variable}`);
    if (credential === undefined) return;
    const env = variable === undefined ? "" : `: secret: [{ id: "${variable.toLowerCase()}", env: "${variable}" }]`;
    const hint = path.includes("args") ? `pass it as a \`secret\`${env}` : "give credentials in the environment";
    findings.push({ code: "BK2040", path: [...path], atKey: isKey, message: `the string holds ${credential}`, hint });
  });
  return findings;
}

/** Calls back for every key and string; the path is only valid during the call. */
function visitStrings(data: unknown, visit: (text: string, path: Path, isKey: boolean) => void): void {
  const path: (string | number)[] = [];
  const walk = (value: unknown): void => {
    if (typeof value === "string") visit(value, path, false);
    else if (Array.isArray(value)) {
      for (const [i, item] of value.entries()) step(i, item);
    } else if (typeof value === "object" && value !== null) {
      for (const key of Object.keys(value)) step(key, (value as Record<string, unknown>)[key]);
    }
  };
  const step = (key: string | number, value: unknown): void => {
    path.push(key);
    if (typeof key === "string") visit(key, path, true);
    walk(value);
    path.pop();
  };
  walk(data);
}
