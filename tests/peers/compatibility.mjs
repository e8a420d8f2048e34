// docs/compatibility.md against a run: its table says what the tests of this run showed, no more and no less, with
// the versions of the lock files.
//
//   node compatibility.mjs FOUND [--write]     FOUND: build/peers/found, a line a test
//
// A test's name begins with its client and its feature (`openai-node ladder: …`, `docs/clients/curl.md: … vetoed`).
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [, , found, mode] = process.argv;
const root = process.env.KEYTURN_ROOT, page = join(root, 'docs/compatibility.md');
const lock = (folder, name) =>
  JSON.parse(readFileSync(join(root, 'tests/peers', folder, 'package-lock.json'))).packages[`node_modules/${name}`].version;

const clients = [
  ['openai-node', `openai ${lock('', 'openai')}`],
  ['anthropic-node', `@anthropic-ai/sdk ${lock('', '@anthropic-ai/sdk')}`],
  ['fetch', 'fetch of Node'],
  ['curl', 'curl'],
  ['python', 'httpx'],
  ['keyturn-call', 'keyturn call'],
];
const features = [
  ['passes', 'an ordinary request passes'],
  ['approved', 'held, then approved'],
  ['ladder', 'held past the whole ladder: its own retry finds the command'],
  ['refused', 'a veto or a refusal is the client\'s own typed error'],
  ['vetoed', 'a veto arrives as 403 with its code'],
  ['stream', 'held streams: signs of life, events in order, a veto in-band'],
  ['responses', 'the Responses API, whole and streamed'],
  ['identical', 'identical calls: one command, sent once, the same bytes'],
  ['comes back', 'goes away, comes back, finds its command'],
  ['prefer', '`Prefer: respond-async` and `wait=N`'],
  ['model', `a real engine (node-llama-cpp ${lock('model', 'node-llama-cpp')}, toy weights), held, with its usage`],
];

// What a run says of a client and a feature: a set of `ok`, `not ok`, `skipped`.
const said = new Map();
for (const line of readFileSync(found, 'utf8').split('\n')) {
  const parts = /^(ok|not ok) (?:(\S+-node|fetch) (.+?):|docs\/clients\/([a-z-]+)\.md: snippet \d+ \(\w+\) (\w+))/.exec(line);
  if (!parts) continue;
  const client = parts[2] ?? (parts[4] === 'rest' ? 'fetch' : parts[4]);
  const key = `${client} ${parts[3] ?? parts[5]}`;
  if (!said.has(key)) said.set(key, new Set());
  said.get(key).add(/ # SKIP /.test(line) ? 'skipped' : parts[1]);
}
const unknown = [...said.keys()].filter((key) =>
  !clients.some(([client]) => features.some(([feature]) => key === `${client} ${feature}`)));

const now = readFileSync(page, 'utf8');
const [, before, old, after] = /^([^]*<!-- table -->\n)([^]*)(<!-- end -->[^]*)$/.exec(now);
const oldRows = old.trim().split('\n').slice(2).map((row) => row.split('|').slice(1, -1).map((cell) => cell.trim()));
// What was left out on this machine is as it was; the whole model row where the engine could not be installed.
const cell = (feature, words, client, column) => {
  const results = said.get(`${client} ${feature}`);
  if (results?.has('not ok')) return 'fails';
  if (results?.has('ok')) return 'yes';
  const leftOut = results?.has('skipped') || (feature === 'model' && process.env.KEYTURN_NO_MODEL);
  return leftOut ? oldRows.find(([name]) => name === words)?.[column + 1] ?? '–' : '–';
};
const rows = [
  ['', ...clients.map(([, words]) => words)],
  ['---', ...clients.map(() => '---')],
  ...features.map(([feature, words]) => [words, ...clients.map(([client], column) => cell(feature, words, client, column))]),
];
const table = `${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}\n`;

if (unknown.length > 0) {
  console.log(`compatibility: no row or column for: ${unknown.join(', ')}`);
  process.exit(1);
}
if (mode === '--write') writeFileSync(page, before + table + after);
else if (table !== old) {
  console.log(`compatibility: docs/compatibility.md does not say what this run showed; it should read\n${table}`);
  process.exit(1);
}
// The results of the soak carry versions too.
for (const [name, is] of [['openai', clients[0][1]], ['@anthropic-ai/sdk', clients[1][1]]]) {
  for (const [mention] of after.matchAll(new RegExp(`(?<![\\w/-])${name} \\d+\\.\\d+\\.\\d+`, 'g'))) {
    if (mention !== is) {
      console.log(`compatibility: docs/compatibility.md speaks of ${mention}, the lock file of ${is}: run ./dev test --soak`);
      process.exit(1);
    }
  }
}
