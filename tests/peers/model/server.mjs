// A model endpoint on 127.0.0.1, in the three forms of wire.mjs, over the engine that is asked for. It tells
// what it received, so that a test can say how often a request was forwarded.
//
//   node server.mjs (llama | stand-in) PORT
//   GET /simulated/requests    every request with a body, in order: path, model, fields, body in base64
import http from 'node:http';
import { begun, forms, lineOf } from './wire.mjs';

const bodyBytesMax = 1 << 20, tokensUnasked = 64;
const engines = {
  llama: async () => (await import('./llama.mjs')).llamaEngine(),
  'stand-in': async () => (await import('./stand_in.mjs')).standInEngine(),
};
const [, , name, port] = process.argv;
if (!engines[name] || !/^\d+$/.test(port ?? '')) {
  console.error('usage: node server.mjs (llama | stand-in) PORT');
  process.exit(2);
}
const engine = await engines[name]();
const received = [];

const json = (response, status, value) => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(value)}\n`);
};
const wrong = (response, status, message) =>
  json(response, status, { type: 'error', error: { type: 'invalid_request_error', message } });

async function bodyOf(request) {
  const parts = [];
  let bytes = 0;
  for await (const part of request) {
    bytes += part.length;
    if (bytes > bodyBytesMax) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function parsed(form, raw) {
  try {
    const body = JSON.parse(raw);
    if (typeof body?.model !== 'string') return null;
    return { body, prompt: form.prompt(body) };
  } catch {
    return null;
  }
}

async function answer(form, { body, prompt }, response) {
  const most = form.most(body) ?? tokensUnasked;
  if (!Number.isInteger(most) || most < 1) return wrong(response, 400, 'the number of tokens must be a positive integer');
  const out = begun(form, String(received.length), body.model, engine.count(prompt));
  if (out.promptTokens + most > engine.contextTokens) {
    return wrong(response, 400, `prompt and answer may have ${engine.contextTokens} tokens together`);
  }
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const send = (events) => body.stream && events.forEach((event) => response.write(lineOf(event)));
  if (body.stream) response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  send(form.begin(out));
  const pieces = engine.generate(prompt, { tokens: most, temperature: body.temperature, signal: gone.signal });
  for (let next = await pieces.next(); ; next = await pieces.next()) {
    if (next.done) {
      out.stopped = next.value;
      break;
    }
    out.answerTokens += 1;
    out.text += next.value;
    send(form.piece(out, next.value));
  }
  if (!body.stream) return json(response, 200, form.whole(out));
  send(form.end(out, body));
  response.end();
}

const server = http.createServer(async (request, response) => {
  try {
    if (request.method === 'GET' && request.url === '/simulated/requests') return json(response, 200, { engine: engine.label, received });
    const form = forms.find((one) => one.path === request.url);
    if (request.method !== 'POST' || !form) return wrong(response, 404, `POST ${forms.map((one) => one.path).join(', ')}`);
    const raw = await bodyOf(request);
    if (!raw) return wrong(response, 413, `a body may have ${bodyBytesMax} bytes`);
    const asked = parsed(form, raw);
    received.push({
      path: request.url, model: asked?.body.model ?? null, fields: request.headers, body: raw.toString('base64'),
    });
    if (!asked) return wrong(response, 400, 'the body must be JSON with a `model` and what is asked of it');
    await answer(form, asked, response);
  } catch (error) {
    console.error(error);
    if (response.headersSent) response.destroy();
    else wrong(response, 500, 'the engine failed');
  }
});
server.listen(Number(port), '127.0.0.1', () => console.error(`${engine.label}; at 127.0.0.1:${port}`));
process.on('SIGTERM', () => process.exit(0));
