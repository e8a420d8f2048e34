// The official OpenAI SDK for Node, unmodified: an ordinary request, a gated one that climbs the 303 ladder
// until three institutions have approved it, and a refusal, which arrives as the SDK's own typed error.
import assert from 'node:assert/strict';
import OpenAI from 'openai';

const client = new OpenAI({ baseURL: process.env.BASE_URL, apiKey: process.env.TOKEN, maxRetries: 2 });
const ask = (model) =>
  client.chat.completions.create({ model, messages: [{ role: 'user', content: 'Good morning' }] });

const plain = await ask('chat-small-3');
assert.equal(plain.id, 'chatcmpl-1');
assert.match(plain.choices[0].message.content, /stand-in for chat-small-3/);

// Two identical requests wait for one command and get the same answer: it is sent once.
const started = Date.now();
const [gated, twin] = await Promise.all([ask('helpful-only-7'), ask('helpful-only-7')]);
assert.match(gated.choices[0].message.content, /stand-in for helpful-only-7/);
assert.equal(gated.id, 'chatcmpl-2');
assert.deepEqual(twin, gated);
assert.ok(Date.now() - started > 2000, 'it waited through steps of the ladder');

// An alias of the gated model is neither held nor passed.
await assert.rejects(ask('Helpful-only-7'), (error) => {
  assert.ok(error instanceof OpenAI.PermissionDeniedError);
  assert.equal(error.code, 'unmatched');
  return true;
});
const streamed = [];
const stream = await client.chat.completions.create({
  model: 'chat-large-3', stream: true, messages: [{ role: 'user', content: 'Good morning' }],
});
for await (const chunk of stream) streamed.push(chunk.choices[0].delta.content ?? '');
assert.match(streamed.join(''), /stand-in for chat-large-3/);
assert.equal((await ask('chat-small-3')).id, 'chatcmpl-4', 'nothing was sent twice');
