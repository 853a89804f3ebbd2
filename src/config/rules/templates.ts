import type { Target } from "../schema.gen.ts";
import { type TemplateString, visitTemplates } from "../shape.ts";
import { parseTemplate, type TextReference } from "../text.ts";
import type { RuleContext } from "./context.ts";
import type { Finding } from "./finding.ts";
import { variableShapes } from "./variables.ts";

/** Every `${...}` of every string that may hold one. */
export function checkTemplates(context: RuleContext): Iterable<Finding> {
  const findings: Finding[] = [];
  const shapes = variableShapes(context.config);
  const axesOf = memoize((name: string) => axisFields(context.config.targets?.[name]));

  visitTemplates(context.config, (found) => {
    const { path, value } = found;
    const { references, unclosed } = parseTemplate(value);
    if (unclosed !== undefined) {
      findings.push({
        code: "BK2022",
        path,
        message: "a `${` has no `}`",
        hint: "close it, or write `$${` for a literal `${`",
        needle: "${",
      });
      return;
    }
    const axes = path[0] === "targets" ? axesOf(String(path[1])) : noAxes;
    const isName = path.length === 3 && path[0] === "targets" && path[2] === "name";
    for (const reference of references) {
      if (isFieldOf(axes, reference.name)) continue;
      const finding = isName
        ? undeclared(context, reference, axes.keys(), "axis")
        : checkVariable(reference, found, axes);
      if (finding !== undefined) findings.push({ ...finding, path, needle: `\${${reference.name}}` });
    }
  });

  function checkVariable(
    { name }: TextReference,
    found: TemplateString,
    axes: Axes,
  ): Omit<Finding, "path"> | undefined {
    if (axes.has(name)) {
      const fields = axes.get(name) ?? new Set();
      return {
        code: "BK2024",
        message: `the axis ${name} holds maps`,
        hint: `name a field: ${[...fields].map((field) => `\${${name}.${field}}`).join(", ")}`,
      };
    }
    if (!context.names.variables.has(name))
      return undeclared(context, { name }, [...fieldNames(axes), ...context.names.variables], "variable");
    const shape = shapes.get(name) ?? "unknown";
    if (shape === "unknown") return undefined;
    const isVariableAlone = found.value === `\${${name}}`;
    if (!found.takesVariable || !isVariableAlone) {
      if (shape === "scalar") return undefined;
      const hint = found.takesVariable
        ? undefined
        : "only a variable that holds a string, number or bool can stand in a string";
      return {
        code: "BK2024",
        message: `${name} is a ${shape} and cannot stand in a string`,
        ...(hint === undefined ? {} : { hint }),
      };
    }
    const key = String(found.path.at(-1));
    const wanted = flags.has(key) ? "scalar" : "list";
    if (shape === wanted) return undefined;
    return {
      code: "BK2024",
      message: `${key} needs a variable that is ${wanted === "list" ? "a list" : "true or false"}; ${name} is a ${shape}`,
      ...(wanted === "list" ? { hint: `give it a type: ${name}: { type: "list(string)", default: [...] }` } : {}),
    };
  }
  return findings;
}

const flags = new Set(["pull", "noCache"]);

/** Fields of the axes of a matrix; an axis of strings has none. */
type Axes = ReadonlyMap<string, ReadonlySet<string> | null>;
const noAxes: Axes = new Map();

function axisFields(target: Target | undefined): Axes {
  return new Map(
    Object.entries(target?.matrix ?? {}).map(([axis, values]) => {
      const maps = values.filter((value) => typeof value !== "string");
      if (maps.length === 0) return [axis, null];
      // A field that one value lacks would stay as it is in that value's target.
      const common = Object.keys(maps[0] ?? {}).filter(
        (key) => maps.length === values.length && maps.every((map) => Object.hasOwn(map, key)),
      );
      return [axis, new Set(common)];
    }),
  );
}

function isFieldOf(axes: Axes, name: string): boolean {
  const dot = name.indexOf(".");
  if (dot === -1) return axes.get(name) === null;
  return axes.get(name.slice(0, dot))?.has(name.slice(dot + 1)) === true;
}

function fieldNames(axes: Axes): readonly string[] {
  return [...axes].flatMap(([axis, fields]) =>
    fields === null ? [axis] : [...fields].map((field) => `${axis}.${field}`),
  );
}

function undeclared(
  { suggest }: RuleContext,
  { name }: { readonly name: string },
  declared: Iterable<string>,
  kind: "axis" | "variable",
): Omit<Finding, "path"> {
  const message =
    kind === "axis"
      ? `\`name\` takes only axes of the matrix; there is none called ${JSON.stringify(name)}`
      : `there is no variable called ${JSON.stringify(name)}`;
  const near = suggest(name, declared);
  if (near !== undefined) return { code: "BK2023", message, hint: `did you mean \${${near}}?` };
  const isPlain = /^[A-Za-z_]\w*$/.test(name);
  const isShell = /^[A-Za-z_]\w*[:#%/^,-]/.test(name);
  const hint =
    kind === "axis"
      ? "declare the axis under `matrix`"
      : isPlain
        ? `declare it: variables: { ${name}: "..." }; or write $\${${name}} for a literal \${${name}}`
        : `only names of variables stand between the braces; ${isShell ? "for the shell write" : "write"} $\${...} for a literal \${...}`;
  return { code: "BK2023", message, hint };
}

function memoize<T>(make: (key: string) => T): (key: string) => T {
  const made = new Map<string, T>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const value = make(key);
    made.set(key, value);
    return value;
  };
}
