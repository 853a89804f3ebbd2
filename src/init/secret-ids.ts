import { fieldOf, isRecord, listOf } from "../host/json.ts";

/** Most that are worth trying: each costs a start of buildx. */
const most = 150;

/** What may be ids of secrets in bake or compose files, the likely ones first. */
export async function findSecretIds(texts: readonly string[]): Promise<readonly string[]> {
  const all = texts.join("\n");
  const found = [
    ...[...all.matchAll(/\bid"?\s*[=:]\s*"?([^\s",}]+)/g)].map(([, id]) => id as string),
    ...(await Promise.all(texts.map(composeSecrets))).flat(),
    ...[...all.matchAll(/"([^"\s=,${}]{1,60})"/g)].map(([, id]) => id as string),
  ];
  return [...new Set(found)].slice(0, most);
}

async function composeSecrets(text: string): Promise<readonly string[]> {
  if (!/^secrets:/m.test(text)) return [];
  const { parse } = await import("yaml");
  let data: unknown;
  try {
    data = parse(text, { merge: true });
  } catch {
    return []; // HCL, or what bake refuses anyway.
  }
  const services = fieldOf(data, "services");
  const used = (isRecord(services) ? Object.values(services) : []).flatMap((service) =>
    listOf(fieldOf(fieldOf(service, "build"), "secrets")).flatMap((secret) =>
      typeof secret === "string" ? [secret] : [fieldOf(secret, "target"), fieldOf(secret, "source")],
    ),
  );
  const secrets = fieldOf(data, "secrets");
  return [...used, ...(isRecord(secrets) ? Object.keys(secrets) : [])].filter((id) => typeof id === "string");
}
