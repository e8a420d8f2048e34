// The official OpenAI SDK for Node, unmodified: streamed requests. A held stream begins at once and shows signs
// of life; approved, the endpoint's events follow in order; refused, the SDK raises its own error.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import * as keyturn from './fixture.mjs';

const client = new OpenAI({ baseURL: `${keyturn.gateway}/v1`, apiKey: keyturn.token, ...keyturn.patience });
const answers = keyturn.wire();
const messages = [{ role: 'user', content: 'Good morning' }];
const ask = (model, options) => client.chat.completions.create({ model, messages, stream: true }, options);
async function all(stream) {
  const events = [];
  for await (const event of await stream) events.push(event);
  return events;
}
const textOf = (chunks) => chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');

test('openai-node stream: an ordinary request is streamed', async () => {
  const chunks = await all(ask(keyturn.passedModel));
  assert.ok(chunks.length > 3);
  assert.equal(chunks.at(-1).choices[0].finish_reason, 'stop');
  assert.ok(textOf(chunks).length > 0);
});

test('openai-node stream: held, it begins at once; approved, the events arrive in order, and once', async () => {
  answers.length = 0;
  const model = keyturn.gatedModel('openai-stream');
  const events = all(ask(model));
  const id = await keyturn.held(model);
  await keyturn.until('the beginning of the stream', () => answers.length > 0);
  assert.deepEqual(keyturn.statuses(answers), [200]);
  assert.match(answers[0].fields['content-type'], /^text\/event-stream/);
  assert.equal(answers[0].fields['keyturn-command'], id);
  await keyturn.forwarded(model, 0);
  await keyturn.approve(id);
  const chunks = await events;
  assert.equal(chunks[0].choices[0].delta.role, 'assistant');
  assert.equal(chunks.at(-1).choices[0].finish_reason, 'stop');
  assert.equal(textOf(chunks), textOf(await all(ask(keyturn.passedModel))), 'the same as without the gateway\'s holding');
  await keyturn.forwarded(model, 1);
});

test('openai-node stream: while it is held, comments come, which the SDK does not show', async () => {
  const model = keyturn.gatedModel('openai-comments');
  const raw = await ask(model).asResponse();
  assert.equal(raw.status, 200);
  assert.equal(raw.headers.get('x-accel-buffering'), 'no');
  let text = '';
  const reader = raw.body.pipeThrough(new TextDecoderStream()).getReader();
  while ((text.match(/^:/gm) ?? []).length < 3) {
    const { value, done } = await reader.read();
    assert.ok(!done, `the stream ended: ${text}`);
    text += value;
  }
  assert.ok(!/^data:/m.test(text), 'nothing but comments before the approval');
  await keyturn.approve(await keyturn.held(model));
  for (let next = await reader.read(); !next.done; next = await reader.read()) text += next.value;
  assert.match(text, /data: \[DONE\]\n\n$/);
  await keyturn.forwarded(model, 1);
});

test('openai-node stream: a veto is raised from the stream as APIError, with code and message', async () => {
  answers.length = 0;
  const model = keyturn.gatedModel('openai-stream-vetoed');
  const refused = assert.rejects(all(ask(model)), (error) => {
    assert.ok(error instanceof OpenAI.APIError);
    assert.equal(error.code, 'vetoed');
    assert.equal(error.type, 'permission_error');
    assert.match(error.message, /the command was stopped by a veto/);
    return true;
  });
  await keyturn.veto(await keyturn.held(model));
  await refused;
  assert.deepEqual(keyturn.statuses(answers), [200], 'the SDK does not try again');
  await keyturn.forwarded(model, 0);
});

test('openai-node stream: what is refused at once is refused with its status', async () => {
  await assert.rejects(all(ask('Helpful-only-7')), (error) => {
    assert.ok(error instanceof OpenAI.PermissionDeniedError);
    assert.equal(error.code, 'unmatched');
    return true;
  });
});

test('openai-node stream: two streams of one request are fed from one, of the same bytes', async () => {
  const model = keyturn.gatedModel('openai-stream-twins');
  const data = async () => (await (await ask(model).asResponse()).text()).replace(/^:.*\n\n/gm, '');
  const twins = [data(), data()];
  await keyturn.approve(await keyturn.held(model));
  const [one, other] = await Promise.all(twins);
  assert.equal(one, other);
  assert.match(one, /data: \[DONE\]\n\n$/);
  assert.equal(await data(), one, 'and so is a repeat while the answer is kept');
  await keyturn.forwarded(model, 1);
});

test('openai-node stream: a caller who aborts, and asks again, finds his command', async () => {
  const model = keyturn.gatedModel('openai-stream-aborted');
  const stream = await ask(model);
  const id = await keyturn.held(model);
  stream.controller.abort();
  await keyturn.approve(id);
  await keyturn.sleep(2000);
  await keyturn.forwarded(model, 0);
  assert.ok(textOf(await all(ask(model))).length > 0);
  await keyturn.forwarded(model, 1);
});

test('openai-node responses: streamed, held and approved, its events arrive in order', async () => {
  const model = keyturn.gatedModel('openai-responses-stream');
  const stream = client.responses.stream({ model, input: 'Good morning' });
  const events = all(stream);
  await keyturn.approve(await keyturn.held(model));
  const types = (await events).map((event) => event.type);
  assert.equal(types[0], 'response.created');
  assert.ok(types.includes('response.output_text.delta'));
  assert.equal(types.at(-1), 'response.completed');
  assert.ok((await stream.finalResponse()).output_text.length > 0);
  await keyturn.forwarded(model, 1);
});

test('openai-node responses: a veto is raised from its stream as APIError', async () => {
  const model = keyturn.gatedModel('openai-responses-stream-vetoed');
  const refused = assert.rejects(
    all(client.responses.create({ model, input: 'Good morning', stream: true })),
    (error) => error instanceof OpenAI.APIError && error.code === 'vetoed',
  );
  await keyturn.veto(await keyturn.held(model));
  await refused;
  await keyturn.forwarded(model, 0);
});
