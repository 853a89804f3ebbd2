import { mapSchema, omit } from "./schema.mjs";

/**
 * A schema of JSON Schema 2020-12 as draft-07, which catalogs of schemas and many editors read. The rules of the change:
 * https://json-schema.org/draft/2019-09/release-notes and https://json-schema.org/draft/2020-12/release-notes
 * @param {Record<string, unknown>} schema its references are all to its own `$defs`
 * @param {string} id
 */
export function toDraft07({ $defs, ...schema }, id) {
  return {
    ...convert(schema, $defs),
    $schema: "http://json-schema.org/draft-07/schema#",
    $id: id,
    definitions: mapSchema({ $defs }, (definition) => convert(definition, $defs)).$defs,
  };
}

function convert(node, defs) {
  if (Array.isArray(node)) return node.map((item) => convert(item, defs));
  if (typeof node !== "object" || node === null) return node;
  // `oneOf` says the same for validators that do not know the keyword of OpenAPI.
  const { $ref, ...schema } = node.unevaluatedProperties === undefined ? node : closed(node, defs);
  const others = mapSchema(omit(schema, ["discriminator"]), (value, keyword) =>
    literals.has(keyword) ? value : convert(value, defs),
  );
  if ($ref === undefined) return others;
  const reference = { $ref: $ref.replace("#/$defs/", "#/definitions/") };
  // What stands beside a reference does not count in draft-07.
  return Object.keys(others).length === 0 ? reference : { allOf: [reference], ...others };
}

/** Whose values are data, not schemas. */
const literals = new Set(["examples", "default", "enum", "const", "required"]);

/** The properties of the definitions that an object consists of and its own as one list, with nothing beside it. */
function closed({ $ref, allOf = [], ...node }, defs) {
  const parts = [...($ref === undefined ? [] : [{ $ref }]), ...allOf].map((part) => {
    const name = part.$ref?.replace("#/$defs/", "");
    const { properties, type, ...others } = omit(defs[name] ?? {}, ["description", "examples"]);
    if (type !== "object" || Object.keys(others).length > 0)
      throw new Error(`${name ?? "a part of an object"} is more than properties, so draft-07 cannot say it`);
    return properties;
  });
  const properties = Object.assign({}, ...parts, node.properties);
  return { ...omit(node, ["unevaluatedProperties"]), type: "object", properties, additionalProperties: false };
}
