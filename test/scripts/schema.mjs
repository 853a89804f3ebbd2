export function omit(node, keys) {
  return Object.fromEntries(Object.entries(node).filter(([key]) => !keys.includes(key)));
}

/** Applies `change` to all that is below a schema, with its keyword, and to the schemas in maps of names, not to the maps. */
export function mapSchema(schema, change) {
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      key === "properties" || key === "$defs"
        ? Object.fromEntries(Object.entries(value).map(([name, child]) => [name, change(child)]))
        : change(value, key),
    ]),
  );
}
