// Written by test/scripts/compile-templates.mjs from templates/; change those files and run `npm run codegen`.
export const bakeFile: object;
