// A real engine behind the gateway: llama.cpp on toy weights, asked through the SDKs. What is read here was
// computed, token by token, and counted by the engine.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import Anthropic from '@anthropic-ai/sdk';
import * as keyturn from './fixture.mjs';

const openai = new OpenAI({ baseURL: `${keyturn.gateway}/v1`, apiKey: keyturn.token, ...keyturn.patience });
const anthropic = new Anthropic({ baseURL: keyturn.gateway, apiKey: keyturn.token, ...keyturn.patience });
const messages = [{ role: 'user', content: 'Which rule holds for the fleet' }];
const words = (text) => text.split(' ').filter(Boolean).length;

test('openai-node model: a real engine answers an ordinary request, and max_tokens is honoured', async () => {
  const ask = (more) => openai.chat.completions.create({ model: keyturn.passedModel, messages, ...more });
  const whole = await ask();
  const text = whole.choices[0].message.content;
  assert.equal(whole.choices[0].finish_reason, 'stop');
  assert.equal(whole.usage.completion_tokens, words(text), 'every word of the toy is one token');
  assert.deepEqual((await ask()).choices, whole.choices, 'the same prompt gets the same answer');
  const short = await ask({ max_tokens: 2 });
  assert.equal(short.choices[0].finish_reason, 'length');
  assert.equal(short.usage.completion_tokens, 2);
  assert.ok(text.startsWith(short.choices[0].message.content));
});

test('openai-node model: a gated request to a real engine is held, then streamed with its usage', async () => {
  const model = keyturn.gatedModel('openai-model');
  const asked = openai.chat.completions.create({
    model, messages, stream: true, stream_options: { include_usage: true },
  });
  const id = await keyturn.held(model);
  await keyturn.forwarded(model, 0);
  await keyturn.approve(id);
  const chunks = [];
  for await (const chunk of await asked) chunks.push(chunk);
  const pieces = chunks.flatMap((chunk) => chunk.choices).map((choice) => choice.delta.content).filter(Boolean);
  assert.ok(pieces.length > 2, 'it came piece by piece');
  const { usage } = chunks.at(-1);
  assert.equal(usage.completion_tokens, pieces.length);
  assert.equal(usage.total_tokens, usage.prompt_tokens + pieces.length);
  await keyturn.forwarded(model, 1);
});

test('anthropic-node model: a gated request to a real engine is held, then streamed with its usage', async () => {
  const model = keyturn.gatedModel('anthropic-model');
  const stream = anthropic.messages.stream({ model, max_tokens: 24, messages });
  const final = stream.finalMessage();
  await keyturn.approve(await keyturn.held(model));
  const message = await final;
  assert.equal(message.usage.output_tokens, words(message.content[0].text));
  assert.ok(message.usage.output_tokens <= 24);
  assert.ok(message.usage.input_tokens > 0);
  await keyturn.forwarded(model, 1);
});
