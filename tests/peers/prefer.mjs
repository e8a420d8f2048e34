// `Prefer: respond-async` and `wait=N` (RFC 7240): who asks not to wait is told where to wait instead.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import * as keyturn from './fixture.mjs';

const authorization = `Bearer ${keyturn.token}`;
const ask = (model, prefer) => fetch(`${keyturn.gateway}/v1/chat/completions`, {
  method: 'POST',
  headers: { authorization, 'content-type': 'application/json', prefer },
  body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Good morning' }] }),
});
const waitOn = async (path) => {
  for (;;) {
    const answer = await fetch(keyturn.gateway + path, { headers: { authorization } });
    if (answer.headers.get('x-should-retry') !== 'true') return answer;
  }
};

test('fetch prefer: respond-async is 202 with where to wait; there the answer comes, and is sent once', async () => {
  const model = keyturn.gatedModel('prefer-async');
  const accepted = await ask(model, 'respond-async');
  assert.equal(accepted.status, 202);
  assert.ok(Number(accepted.headers.get('retry-after')) > 0);
  assert.match(accepted.headers.get('preference-applied'), /^respond-async/);
  const id = accepted.headers.get('keyturn-command'), path = accepted.headers.get('location');
  const status = await accepted.json();
  assert.equal(status.command, id);
  assert.equal(status.state, 'held');
  assert.equal(status.wanting.length > 0, true, 'what is wanting is told');
  assert.deepEqual(await keyturn.heldAs(model), [id]);
  const answer = waitOn(path);
  await keyturn.approve(id);
  assert.equal((await (await answer).json()).model, model);
  await keyturn.forwarded(model, 1);
});

test('fetch prefer: nothing is sent for a caller who only asks', async () => {
  const model = keyturn.gatedModel('prefer-asks');
  const accepted = await ask(model, 'respond-async');
  await keyturn.approve(accepted.headers.get('keyturn-command'));
  await keyturn.until('the authorized command', async () =>
    (await (await ask(model, 'respond-async')).json()).state === 'authorized');
  await keyturn.forwarded(model, 0);
  assert.equal((await waitOn(accepted.headers.get('location'))).status, 200);
  await keyturn.forwarded(model, 1);
});

test('fetch prefer: wait=N with respond-async waits so long first, and then is 202', async () => {
  const model = keyturn.gatedModel('prefer-wait');
  const accepted = await ask(model, 'respond-async, wait=1');
  assert.equal(accepted.status, 202);
  assert.equal(accepted.headers.get('preference-applied'), 'respond-async, wait=1');
  await keyturn.veto(accepted.headers.get('keyturn-command'));
  const refused = await waitOn(accepted.headers.get('location'));
  assert.equal(refused.status, 403);
  assert.equal((await refused.json()).error.code, 'vetoed');
  // What has ended by then has its true status, respond-async or not.
  assert.equal((await ask(model, 'respond-async')).status, 403);
  await keyturn.forwarded(model, 0);
});

test('openai-node prefer: by a request\'s own headers; the SDK then waits at the wait URL', async () => {
  const client = new OpenAI({ baseURL: `${keyturn.gateway}/v1`, apiKey: keyturn.token, ...keyturn.patience });
  const model = keyturn.gatedModel('openai-prefer');
  const accepted = await client.chat.completions
    .create({ model, messages: [{ role: 'user', content: 'Good morning' }] }, { headers: { Prefer: 'respond-async' } })
    .asResponse(); // the raw answer: parsed, a 202 would be taken for a completion
  assert.equal(accepted.status, 202);
  const answer = client.get(keyturn.gateway + accepted.headers.get('location'));
  await keyturn.approve(await keyturn.held(model));
  assert.equal((await answer).model, model);
  await keyturn.forwarded(model, 1);
});
