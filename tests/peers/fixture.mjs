// What the peer tests share: where the gateway is, what officials do (through the command line, as they would),
// what the endpoint behind the gateway has received, and what went over the wire. A request is known by its
// model's name, which each test makes for itself: tests run side by side.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import diagnostics from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const environment = (name) => process.env[name] ?? assert.fail(`${name} is not set: tests/peers/run.sh sets it`);
const run = promisify(execFile);

export const gateway = environment('KEYTURN_URL');
const home = environment('KEYTURN_HOME'), endpoint = environment('KEYTURN_ENDPOINT_URL');
export const tokenOf = (principal) => readFileSync(`${home}/tokens/${principal}.token`, 'utf8').trim();
export const token = tokenOf('alvarez');

// As many tries as a loaded machine may need; a test that fails by this fails by hanging.
const tries = 1200, pause_ms = 250;
export async function until(what, find) {
  for (let n = 0; n < tries; n++) {
    const found = await find();
    if (found) return found;
    await sleep(pause_ms);
  }
  assert.fail(`${what}: it did not come`);
}

// SDKs give up after two retries: 29 minutes of real ladders, and seconds of those that the tests shorten. A machine
// under load may need longer to sign.
export const patience = { maxRetries: 40 };

// A model of its own, whose requests are gated.
export const gatedModel = (what) => `helpful-only-${what}-${randomBytes(4).toString('hex')}`;
export const passedModel = 'chat-small-3';

// --- officials -----------------------------------------------------------------------------------------

const keyturn = async (official, ...words) =>
  (await run(environment('KEYTURN'), [...words, '--key', `${home}/keys/${official}.key`])).stdout;
const known = new Map(); // the text of each held command

export async function heldCommands() {
  const { commands } = JSON.parse(await keyturn('tanaka', 'pending', '--json'));
  for (const { id } of commands) {
    if (!known.has(id)) known.set(id, JSON.parse(await keyturn('tanaka', 'show', id, '--json')).text);
  }
  return commands.map((command) => ({ ...command, text: known.get(command.id) }));
}
export const heldAs = async (model) =>
  (await heldCommands()).filter((command) => command.text.includes(`"${model}"`)).map((command) => command.id);

// The id of the one command that is held for this model, once it is.
export async function held(model) {
  const [id, ...others] = await until(`a command for ${model}`, async () => {
    const ids = await heldAs(model);
    return ids.length > 0 && ids;
  });
  assert.deepEqual(others, [], `one command for ${model}`);
  return id;
}
export const quorum = ['tanaka', 'weiss', 'silva']; // of inspectorate, academy, parliament
export const approve = (id, officials = quorum) =>
  Promise.all(officials.map((official) => keyturn(official, 'approve', id, '--yes')));
export const veto = (id, reason = 'not today') => keyturn('mercer', 'veto', id, '--yes', '--reason', reason);

// --- the endpoint --------------------------------------------------------------------------------------

export async function received(model) {
  const { received: all } = await (await fetch(`${endpoint}/simulated/requests`)).json();
  return all.filter((request) => request.model === model);
}
export async function forwarded(model, times) {
  assert.equal((await received(model)).length, times, `requests for ${model} that reached the endpoint`);
}

// --- the wire ------------------------------------------------------------------------------------------

// Every answer that this process got from the gateway, as Node's fetch sees it beneath the SDK: it follows
// 303 by itself, and the SDK never learns of them.
export function wire() {
  const answers = [];
  diagnostics.subscribe('undici:request:headers', ({ request, response }) => {
    if (request.origin !== gateway) return;
    const fields = {};
    for (let n = 0; n + 1 < response.headers.length; n += 2) {
      fields[String(response.headers[n]).toLowerCase()] = String(response.headers[n + 1]);
    }
    answers.push({ method: request.method, path: request.path, status: response.statusCode, fields });
  });
  return answers;
}
export const statuses = (answers) => answers.map((answer) => answer.status);
export const count = (answers, status) => answers.filter((answer) => answer.status === status).length;
export { sleep };
