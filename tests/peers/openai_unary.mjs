// The official OpenAI SDK for Node, unmodified: requests that are answered whole.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import * as keyturn from './fixture.mjs';

const client = new OpenAI({ baseURL: `${keyturn.gateway}/v1`, apiKey: keyturn.token, ...keyturn.patience });
const answers = keyturn.wire();
const messages = [{ role: 'user', content: 'Good morning' }];
const ask = (model, options) => client.chat.completions.create({ model, messages }, options);

test('openai-node passes: an ordinary request is answered at once, and refused nowhere', async () => {
  answers.length = 0;
  const answer = await ask(keyturn.passedModel);
  assert.equal(answer.model, keyturn.passedModel);
  assert.ok(answer.choices[0].message.content.length > 0);
  assert.ok(answer.usage.total_tokens > 0);
  assert.deepEqual(keyturn.statuses(answers), [200]);
});

test('openai-node ladder: held, it climbs the 303 ladder past a retry of the SDK, and gets the answer', async () => {
  answers.length = 0;
  const model = keyturn.gatedModel('openai-ladder');
  const answer = ask(model);
  const id = await keyturn.held(model);
  await keyturn.approve(id, ['tanaka', 'weiss']);
  await keyturn.until('a retry', () => keyturn.count(answers, 409) >= 1);
  await keyturn.forwarded(model, 0);
  await keyturn.approve(id, ['silva']);
  assert.equal((await answer).model, model);
  assert.ok(keyturn.count(answers, 303) >= 2, `steps: ${keyturn.statuses(answers)}`);
  assert.equal(answers.at(-1).status, 200);
  assert.ok(answers.every(({ fields }) => fields['keyturn-command'] === id || !fields['keyturn-command']));
  await keyturn.forwarded(model, 1);
});

test('openai-node refused: a veto arrives as PermissionDeniedError with code and message, and nothing was sent', async () => {
  answers.length = 0;
  const model = keyturn.gatedModel('openai-vetoed');
  const refused = assert.rejects(ask(model), (error) => {
    assert.ok(error instanceof OpenAI.PermissionDeniedError);
    assert.equal(error.status, 403);
    assert.equal(error.code, 'vetoed');
    assert.equal(error.type, 'permission_error');
    assert.match(error.message, /^403 the command was stopped by a veto/);
    return true;
  });
  await keyturn.veto(await keyturn.held(model));
  await refused;
  assert.equal(keyturn.count(answers, 403), 1, 'the SDK does not try again');
  await keyturn.forwarded(model, 0);
});

test('openai-node refused: what no pass names is refused at once', async () => {
  answers.length = 0;
  const model = 'Helpful-only-7'; // an alias of a gated model is neither held nor passed
  await assert.rejects(ask(model), (error) => {
    assert.ok(error instanceof OpenAI.PermissionDeniedError);
    assert.equal(error.code, 'unmatched');
    return true;
  });
  assert.deepEqual(keyturn.statuses(answers), [403]);
  await keyturn.forwarded(model, 0);
});

test('openai-node refused: an unknown token arrives as AuthenticationError', async () => {
  const stranger = new OpenAI({ baseURL: `${keyturn.gateway}/v1`, apiKey: 'keyturn_unknown' });
  await assert.rejects(stranger.chat.completions.create({ model: keyturn.passedModel, messages }), (error) => {
    assert.ok(error instanceof OpenAI.AuthenticationError);
    assert.equal(error.status, 401);
    return true;
  });
});

test('openai-node identical: two calls at once wait for one command, sent once, and get the same bytes', async () => {
  const model = keyturn.gatedModel('openai-twins');
  const twins = [1, 2].map(() => ask(model).asResponse().then((response) => response.text()));
  await keyturn.approve(await keyturn.held(model));
  const [one, other] = await Promise.all(twins);
  assert.equal(one, other);
  assert.equal(JSON.parse(one).model, model);
  // And who asks again while the answer is kept gets them too.
  assert.equal(await (await ask(model).asResponse()).text(), one);
  await keyturn.forwarded(model, 1);
});

test('openai-node comes back: a caller who aborts, and asks again, finds his command', async () => {
  const model = keyturn.gatedModel('openai-aborted');
  const abort = new AbortController();
  const first = assert.rejects(ask(model, { signal: abort.signal }), OpenAI.APIUserAbortError);
  const id = await keyturn.held(model);
  abort.abort();
  await first;
  // The approvals come while nobody waits: nothing is sent for nobody.
  await keyturn.approve(id);
  await keyturn.sleep(2000);
  await keyturn.forwarded(model, 0);
  assert.deepEqual(await keyturn.heldAs(model), [id]);
  assert.equal((await ask(model)).model, model);
  await keyturn.forwarded(model, 1);
});

test('openai-node responses: the Responses API is held, answered and refused alike', async () => {
  const [approved, vetoed] = ['openai-responses', 'openai-responses-vetoed'].map(keyturn.gatedModel);
  const answer = client.responses.create({ model: approved, input: 'Good morning' });
  await keyturn.approve(await keyturn.held(approved));
  assert.equal((await answer).model, approved);
  assert.ok((await answer).output_text.length > 0);
  await keyturn.forwarded(approved, 1);
  const refused = assert.rejects(client.responses.create({ model: vetoed, input: 'Good morning' }), {
    status: 403, code: 'vetoed',
  });
  await keyturn.veto(await keyturn.held(vetoed));
  await refused;
  await keyturn.forwarded(vetoed, 0);
});
