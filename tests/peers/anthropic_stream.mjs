// The official Anthropic SDK for Node, unmodified: streamed messages. A held stream begins at once, with pings;
// approved, the endpoint's events follow in order; refused, the SDK raises its own error.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import * as keyturn from './fixture.mjs';

const client = new Anthropic({ baseURL: keyturn.gateway, apiKey: keyturn.token, ...keyturn.patience });
const answers = keyturn.wire();
const request = (model) => ({ model, max_tokens: 32, messages: [{ role: 'user', content: 'Good morning' }] });

test('anthropic-node stream: held, it begins at once; approved, the events arrive in order, and once', async () => {
  answers.length = 0;
  const model = keyturn.gatedModel('anthropic-stream');
  const types = [], stream = client.messages.stream(request(model));
  stream.on('streamEvent', (event) => types.push(event.type));
  const final = stream.finalMessage();
  const id = await keyturn.held(model);
  await keyturn.until('the beginning of the stream', () => answers.length > 0);
  assert.deepEqual(keyturn.statuses(answers), [200]);
  assert.equal(answers[0].fields['keyturn-command'], id);
  await keyturn.forwarded(model, 0);
  await keyturn.approve(id);
  const message = await final;
  assert.equal(message.model, model);
  assert.ok(message.content[0].text.length > 0);
  assert.ok(message.usage.output_tokens > 0);
  assert.deepEqual(types.slice(0, 2), ['message_start', 'content_block_start']);
  assert.deepEqual(types.slice(-3), ['content_block_stop', 'message_delta', 'message_stop']);
  assert.deepEqual([...new Set(types.slice(2, -3))], ['content_block_delta']);
  await keyturn.forwarded(model, 1);
});

test('anthropic-node stream: while it is held, pings come, which the SDK does not show', async () => {
  const model = keyturn.gatedModel('anthropic-pings');
  const raw = await client.messages.create({ ...request(model), stream: true }).asResponse();
  assert.match(raw.headers.get('content-type'), /^text\/event-stream/);
  let text = '';
  const reader = raw.body.pipeThrough(new TextDecoderStream()).getReader();
  while ((text.match(/^event: ping\ndata: .*"ping"/gm) ?? []).length < 3) {
    const { value, done } = await reader.read();
    assert.ok(!done, `the stream ended: ${text}`);
    text += value;
  }
  assert.ok(!text.includes('message_start'), 'nothing but pings before the approval');
  await keyturn.approve(await keyturn.held(model));
  for (let next = await reader.read(); !next.done; next = await reader.read()) text += next.value;
  assert.match(text, /event: message_stop\n/);
  await keyturn.forwarded(model, 1);
});

test('anthropic-node stream: a veto is raised from the stream as APIError, with type and message', async () => {
  answers.length = 0;
  const model = keyturn.gatedModel('anthropic-stream-vetoed');
  const refused = assert.rejects(client.messages.stream(request(model)).finalMessage(), (error) => {
    assert.ok(error instanceof Anthropic.APIError);
    assert.equal(error.type, 'permission_error');
    assert.equal(error.error.error.code, 'vetoed');
    assert.match(error.apiMessage, /the command was stopped by a veto/);
    return true;
  });
  await keyturn.veto(await keyturn.held(model));
  await refused;
  assert.deepEqual(keyturn.statuses(answers), [200], 'the SDK does not try again');
  await keyturn.forwarded(model, 0);
});

test('anthropic-node stream: a caller who aborts, and asks again, finds his command', async () => {
  const model = keyturn.gatedModel('anthropic-stream-aborted');
  const stream = client.messages.stream(request(model));
  const first = assert.rejects(stream.finalMessage(), Anthropic.APIUserAbortError);
  const id = await keyturn.held(model);
  stream.abort();
  await first;
  const again = client.messages.stream(request(model)).finalMessage();
  await keyturn.approve(id);
  assert.ok((await again).content[0].text.length > 0);
  await keyturn.forwarded(model, 1);
});
