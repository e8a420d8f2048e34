// Every snippet of docs/clients, run as it stands there. A fence whose first line has `run` and what the officials
// do with the request (passes, approved, vetoed) behind its language is a snippet; a `text` fence that follows is
// what it must print, `…` standing for anything.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import * as keyturn from './fixture.mjs';

const folder = join(process.env.KEYTURN_ROOT, 'docs/clients');
const here = dirname(fileURLToPath(import.meta.url)); // where the packages are
const fence = /^```(\w+) run (\w+)\n([^]*?)^```\n(?:```text\n([^]*?)^```\n)?/gm;
const seconds_max = 300;
const caller = 'reader-3'; // whose commands are nobody else's
const strikeQuorum = ['brandt', 'haddad', 'rossi'];

const works = (program, ...words) => spawnSync(program, words).status === 0;
const languages = {
  js: { file: 'snippet.mjs', run: 'node', missing: () => false },
  sh: { file: 'snippet.sh', run: 'bash', options: ['-euo', 'pipefail'], missing: () => !works('curl', '--version') && 'curl is not installed' },
  py: { file: 'snippet.py', run: '/usr/bin/python3', missing: () => !works('/usr/bin/python3', '-c', 'import httpx') && 'python3-httpx is not installed' },
};

const quoted = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const pattern = (text) => new RegExp(`^${quoted(text).replaceAll('…', '[^]*')}$`);

// The officials' part: they act upon the one command of this caller that was not there before.
async function act(outcome, before, over) {
  const command = await keyturn.until('the snippet\'s command', async () => over.yes ||
    (await keyturn.heldCommands()).find(({ id, agent }) => agent === caller && !before.has(id)));
  if (over.yes) return; // the snippet ended without one
  if (outcome === 'vetoed') return keyturn.veto(command.id);
  return keyturn.approve(command.id, command.classes.includes('strike') ? strikeQuorum : keyturn.quorum);
}

async function run(language, text, outcome) {
  const work = mkdtempSync(join(tmpdir(), 'keyturn-page.'));
  // A module finds its packages from where it lies.
  const file = join(language === languages.js ? here : work, `${process.pid}.${language.file}`);
  try {
    writeFileSync(file, text);
    const before = new Set((await keyturn.heldCommands()).map(({ id }) => id));
    const child = spawn(language.run, [...(language.options ?? []), file], {
      cwd: work,
      timeout: seconds_max * 1000,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        PATH: `${dirname(process.env.KEYTURN)}:${process.env.PATH}`,
        HOME: work,
        KEYTURN_URL: keyturn.gateway,
        KEYTURN_TOKEN: keyturn.tokenOf(caller),
        KEYTURN_TOKEN_FILE: `${process.env.KEYTURN_HOME}/tokens/${caller}.token`,
      },
    });
    let printed = '';
    child.stdout.on('data', (part) => { printed += part; });
    const over = { yes: false };
    const ended = new Promise((resolve) => child.on('close', (status) => {
      over.yes = true;
      resolve(status);
    }));
    if (outcome !== 'passes') await act(outcome, before, over);
    return { status: await ended, printed };
  } finally {
    rmSync(file, { force: true });
    rmSync(work, { recursive: true });
  }
}

for (const page of readdirSync(folder).filter((name) => name.endsWith('.md')).sort()) {
  const text = readFileSync(join(folder, page), 'utf8');
  const snippets = [...text.matchAll(fence)];
  const runs = text.match(/^```\w+ run .*$/gm) ?? [];
  if (page !== 'README.md') {
    test(`docs/clients/${page}: its snippets can be told from its text`, () => {
      assert.ok(snippets.length > 0, 'a page has snippets');
      assert.equal(snippets.length, runs.length);
    });
  }
  snippets.forEach(([, name, outcome, source, output], index) => {
    const language = languages[name];
    const skip = language ? language.missing() : false;
    test(`docs/clients/${page}: snippet ${index + 1} (${name}) ${outcome}`, { skip }, async () => {
      assert.ok(language, `\`${name}\` is not a language that is run here`);
      assert.ok(['passes', 'approved', 'vetoed'].includes(outcome), `what is \`${outcome}\`?`);
      const { status, printed } = await run(language, source, outcome);
      assert.equal(status, 0, printed);
      if (output !== undefined) assert.match(printed, pattern(output));
    });
  });
}
