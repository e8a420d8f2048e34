// ./dev test --soak: with real steps, past the 300 s after which Node's fetch gives up on a silent answer. Each SDK
// as it is out of the box, whole and streamed, all four at once; approved at the end.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import OpenAI from 'openai';
import Anthropic from '@anthropic-ai/sdk';
import * as keyturn from './fixture.mjs';

const hold_seconds = 330;
const openai = new OpenAI({ baseURL: `${keyturn.gateway}/v1`, apiKey: keyturn.token });
const anthropic = new Anthropic({ baseURL: keyturn.gateway, apiKey: keyturn.token });
const answers = keyturn.wire();
const messages = [{ role: 'user', content: 'Good morning' }];
const version = (name) => JSON.parse(readFileSync(new URL(`./node_modules/${name}/package.json`, import.meta.url))).version;
const openaiIs = `openai ${version('openai')}`, anthropicIs = `@anthropic-ai/sdk ${version('@anthropic-ai/sdk')}`;

const calls = [
  [`${openaiIs}, whole`, async (model) =>
    (await openai.chat.completions.create({ model, messages })).choices[0].message.content],
  [`${openaiIs}, streamed`, async (model) => {
    let text = '';
    for await (const chunk of await openai.chat.completions.create({ model, messages, stream: true })) {
      text += chunk.choices[0]?.delta.content ?? '';
    }
    return text;
  }],
  [`${anthropicIs}, whole`, async (model) =>
    (await anthropic.messages.create({ model, max_tokens: 64, messages })).content[0].text],
  [`${anthropicIs}, streamed`, async (model) =>
    (await anthropic.messages.stream({ model, max_tokens: 64, messages }).finalMessage()).content[0].text],
];

test(`soak: every SDK, whole and streamed, is held for ${hold_seconds} s and then answered`, async (t) => {
  const begun = Date.now();
  const waiting = calls.map(([name, ask]) => {
    const model = keyturn.gatedModel('soak');
    const outcome = ask(model).then((text) => ({ text, seconds: Math.round((Date.now() - begun) / 1000) }), (error) => ({ error }));
    return { name, model, outcome };
  });
  for (const one of waiting) one.id = await keyturn.held(one.model);
  await keyturn.sleep(hold_seconds * 1000 - (Date.now() - begun));
  for (const { model } of waiting) await keyturn.forwarded(model, 0);
  for (const { id } of waiting) await keyturn.approve(id);
  for (const { name, model, id, outcome } of waiting) {
    const { text, seconds, error } = await outcome;
    assert.ifError(error);
    assert.ok(text.length > 0 && seconds >= hold_seconds);
    await keyturn.forwarded(model, 1);
    const steps = answers.filter(({ fields, status }) => fields['keyturn-command'] === id && status === 303).length;
    t.diagnostic(`soak: | ${name} | ${seconds} s | ${steps} | ${keyturn.count(answers, 409)} | 1 |`);
  }
});
