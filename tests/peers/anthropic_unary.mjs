// The official Anthropic SDK for Node, unmodified: messages that are answered whole.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import * as keyturn from './fixture.mjs';

const client = new Anthropic({ baseURL: keyturn.gateway, apiKey: keyturn.token, ...keyturn.patience });
const answers = keyturn.wire();
const messages = [{ role: 'user', content: 'Good morning' }];
const ask = (model, options) => client.messages.create({ model, max_tokens: 32, messages }, options);

test('anthropic-node passes: an ordinary request is answered at once', async () => {
  answers.length = 0;
  const answer = await ask(keyturn.passedModel);
  assert.equal(answer.model, keyturn.passedModel);
  assert.ok(answer.content[0].text.length > 0);
  assert.ok(answer.usage.output_tokens > 0);
  assert.deepEqual(keyturn.statuses(answers), [200]);
});

test('anthropic-node ladder: held, it climbs the 303 ladder past a retry of the SDK, and gets the answer', async () => {
  answers.length = 0;
  const model = keyturn.gatedModel('anthropic-ladder');
  const answer = ask(model);
  const id = await keyturn.held(model);
  await keyturn.approve(id, ['tanaka', 'weiss']);
  await keyturn.until('a retry', () => keyturn.count(answers, 409) >= 1);
  await keyturn.forwarded(model, 0);
  await keyturn.approve(id, ['silva']);
  assert.equal((await answer).model, model);
  assert.ok(keyturn.count(answers, 303) >= 2, `steps: ${keyturn.statuses(answers)}`);
  assert.equal(answers.at(-1).status, 200);
  await keyturn.forwarded(model, 1);
  const [request] = await keyturn.received(model);
  assert.match(request.fields['anthropic-version'], /^\d{4}-\d\d-\d\d$/, 'a declared header is forwarded');
  const theirs = Object.keys(request.fields).filter((name) => /^(x-stainless|user-agent|x-api-key|authorization)/.test(name));
  assert.deepEqual(theirs, [], 'and nothing else of the caller');
});

test('anthropic-node refused: a veto arrives as PermissionDeniedError with type and message, and nothing was sent', async () => {
  answers.length = 0;
  const model = keyturn.gatedModel('anthropic-vetoed');
  const refused = assert.rejects(ask(model), (error) => {
    assert.ok(error instanceof Anthropic.PermissionDeniedError);
    assert.equal(error.status, 403);
    assert.equal(error.type, 'permission_error');
    assert.equal(error.error.error.code, 'vetoed');
    assert.match(error.apiMessage, /^the command was stopped by a veto/);
    return true;
  });
  await keyturn.veto(await keyturn.held(model));
  await refused;
  assert.equal(keyturn.count(answers, 403), 1, 'the SDK does not try again');
  await keyturn.forwarded(model, 0);
});

test('anthropic-node identical: two calls at once wait for one command, sent once, and get the same bytes', async () => {
  const model = keyturn.gatedModel('anthropic-twins');
  const twins = [1, 2].map(() => ask(model).asResponse().then((response) => response.text()));
  await keyturn.approve(await keyturn.held(model));
  const [one, other] = await Promise.all(twins);
  assert.equal(one, other);
  assert.equal(JSON.parse(one).model, model);
  assert.equal(await (await ask(model).asResponse()).text(), one);
  await keyturn.forwarded(model, 1);
});

test('anthropic-node comes back: a caller who aborts, and asks again, finds his command', async () => {
  const model = keyturn.gatedModel('anthropic-aborted');
  const abort = new AbortController();
  const first = assert.rejects(ask(model, { signal: abort.signal }), Anthropic.APIUserAbortError);
  const id = await keyturn.held(model);
  abort.abort();
  await first;
  assert.deepEqual(await keyturn.heldAs(model), [id]);
  const again = ask(model);
  await keyturn.approve(id);
  assert.equal((await again).model, model);
  await keyturn.forwarded(model, 1);
});
