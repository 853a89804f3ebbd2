/** What a maintainer does to claim the name on npm and to publish for the first time. */
export function firstSteps({ name, version }: { readonly name: string; readonly version: string }): string {
  const file = `${name}-${version}.tgz`;
  return `${name} is published by a tag, once npm knows the repository. To claim the name, once:

  1. See that nobody has it:                npm view ${name}            (404: it is free)
     Where somebody has it, take a scope: change "name" in package.json, and what README.md and docs/init.md say.
  2. Sign in, with two-factor:              npm login
  3. Make the release here:                 npm run release -- ${version}
  4. Pack what the checks have seen:        npm pack
  5. Look at it, and publish it by hand:    tar -tf ${file} && npm publish ./${file} --access public
  6. On npmjs.com, settings of the package: trusted publisher GitHub Actions, this repository, workflow release.yml,
     environment npm; and "require two-factor authentication and disallow tokens".
  7. Push what was released:                git push --atomic origin main v${version}
     Its workflow finds the version published; every later one it publishes itself, with provenance.
  8. In README.md and docs/init.md, put     npm install --save-dev --save-exact ${name}@${version}
     in place of the packed file, and remove what they say of the name.

A further release:   npm run release -- VERSION [--dry-run], then the command that it prints.
`;
}
