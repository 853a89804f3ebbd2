import { isSecretName } from "../config/credentials.ts";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import type { SourceVariable } from "./bake-source.ts";
import type { Settled } from "./settle-rules.ts";

export function holdsCredentials(places: readonly string[]): BkcacheError {
  return BkcacheError.of(
    places.map((place) => ({
      code: "BK1011" as const,
      message: `${place} holds a credential, which a config must not`,
      hint: "pass it as a secret, or through the environment, and convert again",
    })),
  );
}

export function secretNotice(name: string): Diagnostic {
  return {
    code: "BK1012",
    message: `the value that ${name} has in this environment is not copied; the source's default stands for it`,
  };
}

export function credentialNotice(place: string): Diagnostic {
  return {
    code: "BK1012",
    message: `${place} is a credential and left out`,
    hint: "give it in the environment of the build",
  };
}

export function volatileNotice(names: readonly string[]): readonly Diagnostic[] {
  if (names.length === 0) return [];
  return [
    {
      code: "BK1012",
      message: `another value each time bake reads the source, and written out with the one of now: ${names.join(", ")}`,
      hint: "set it from outside: a variable of the config whose value the environment gives",
    },
  ];
}

export function literalNotice(variables: readonly SourceVariable[]): readonly Diagnostic[] {
  if (variables.length === 0) return [];
  const names = variables.map(({ name }) => name).join(", ");
  return [
    {
      code: "BK1012",
      message: `written out with their values of now, since more than texts depend on them: ${names}`,
      hint: "keep the source with `bake:` in the config instead, if they must stay variables",
    },
  ];
}

export function externalLines(names: readonly string[]): readonly string[] {
  return names.length === 0 ? [] : [`Filled by another bake file, passed with -f: ${names.join(", ")}.`];
}

const longest = 100;

export function literalLines(variables: readonly SourceVariable[]): readonly string[] {
  if (variables.length === 0) return [];
  const lines = variables.map(({ name, value }) => {
    if (isSecretName(name)) return `  ${name}`;
    const text = JSON.stringify(value ?? null);
    return `  ${name} = ${text.length > longest ? `${text.slice(0, longest)}...` : text}`;
  });
  return ["Variables of the source that are written out with the values that they had:", ...lines];
}

export function passedNotice({ finding, count }: Settled["passed"][number]): Diagnostic {
  const more = count > 1 ? ` (and ${count - 1} more)` : "";
  return {
    code: finding.code,
    message: `${finding.message}${more}; the config lets it pass: rules: { ${finding.code}: warn }`,
    ...(finding.path !== undefined && { path: finding.path }),
    ...(finding.hint !== undefined && { hint: finding.hint }),
  };
}

export function differenceNotice(differences: readonly string[] | null): readonly Diagnostic[] {
  if (differences?.length === 0) return [];
  return [
    {
      code: "BK1013",
      message:
        differences === null
          ? "bake does not take what the config compiles to"
          : `the config builds something else than the source: ${differences.slice(0, 20).join(", ")}`,
      hint: "compare `docker buildx bake --print` of both files",
    },
  ];
}
