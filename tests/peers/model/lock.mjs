// Makes package-lock.json anew after a version in package.json was changed:
//
//   npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved && node lock.mjs
//
// node-llama-cpp names a build of the engine for every machine as an optional dependency: gigabytes that nobody
// here installs, and of some not even their names are known to every registry, at which `npm ci` gives up. We
// name the one that we use ourselves; what is only optional is left out.
import { readFileSync, writeFileSync } from 'node:fs';

const lock = JSON.parse(readFileSync('package-lock.json'));
for (const [place, entry] of Object.entries(lock.packages)) {
  if (entry.optional) delete lock.packages[place];
}
const known = (name) => `node_modules/${name}` in lock.packages;
for (const [place, entry] of Object.entries(lock.packages)) {
  for (const name of Object.keys(entry.optionalDependencies ?? {})) {
    if (!known(name)) delete entry.optionalDependencies[name];
  }
  delete entry.funding;
  if (place !== '' && !entry.integrity) throw new Error(`${place} has no integrity hash`);
}
writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`);
