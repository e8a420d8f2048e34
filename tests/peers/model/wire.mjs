// The three forms in which models are asked over HTTP: OpenAI's chat completions and responses, Anthropic's
// messages; whole and streamed. Each says how to read a request, and how to write an answer:
// `{ id, model, text, stopped: 'stop' | 'length', promptTokens, answerTokens }`.

const textOf = (content) =>
  typeof content === 'string' ? content
    : (content ?? []).map((part) => (typeof part.text === 'string' ? part.text : '')).join(' ');
const promptOf = (messages) => messages.map((message) => textOf(message.content)).join(' ');
const created = () => Math.floor(Date.now() / 1000);

const chatUsage = (answer) => ({
  prompt_tokens: answer.promptTokens,
  completion_tokens: answer.answerTokens,
  total_tokens: answer.promptTokens + answer.answerTokens,
});
const chunk = (answer, choices, more = {}) => ({
  data: { id: answer.id, object: 'chat.completion.chunk', created: answer.created, model: answer.model, choices, ...more },
});
const choice = (delta, finish_reason = null) => [{ index: 0, delta, finish_reason }];

const chat = {
  path: '/v1/chat/completions',
  prefix: 'chatcmpl-',
  prompt: (body) => promptOf(body.messages),
  most: (body) => body.max_completion_tokens ?? body.max_tokens,
  whole: (answer) => ({
    id: answer.id, object: 'chat.completion', created: answer.created, model: answer.model,
    choices: [{ index: 0, message: { role: 'assistant', content: answer.text }, finish_reason: answer.stopped }],
    usage: chatUsage(answer),
  }),
  begin: (answer) => [chunk(answer, choice({ role: 'assistant', content: '' }))],
  piece: (answer, text) => [chunk(answer, choice({ content: text }))],
  end: (answer, body) => [
    chunk(answer, choice({}, answer.stopped)),
    ...(body.stream_options?.include_usage ? [chunk(answer, [], { usage: chatUsage(answer) })] : []),
    { data: '[DONE]' },
  ],
};

const stopReason = { stop: 'end_turn', length: 'max_tokens' };
const message = (answer, content, stop_reason, output_tokens) => ({
  id: answer.id, type: 'message', role: 'assistant', model: answer.model, content, stop_reason,
  stop_sequence: null, usage: { input_tokens: answer.promptTokens, output_tokens },
});
const named = (data) => ({ event: data.type, data });

const messages = {
  path: '/v1/messages',
  prefix: 'msg_',
  prompt: (body) => [textOf(body.system), promptOf(body.messages)].filter(Boolean).join(' '),
  most: (body) => body.max_tokens,
  whole: (answer) =>
    message(answer, [{ type: 'text', text: answer.text }], stopReason[answer.stopped], answer.answerTokens),
  begin: (answer) => [
    named({ type: 'message_start', message: message(answer, [], null, 0) }),
    named({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
  ],
  piece: (_, text) => [named({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })],
  end: (answer) => [
    named({ type: 'content_block_stop', index: 0 }),
    named({
      type: 'message_delta',
      delta: { stop_reason: stopReason[answer.stopped], stop_sequence: null },
      usage: { input_tokens: answer.promptTokens, output_tokens: answer.answerTokens },
    }),
    named({ type: 'message_stop' }),
  ],
};

const part = (text) => ({ type: 'output_text', text, annotations: [] });
const item = (answer, status, content) => ({ id: `item_${answer.id}`, type: 'message', role: 'assistant', status, content });
const response = (answer, status) => {
  const incomplete = status === 'completed' && answer.stopped === 'length';
  return {
    id: answer.id, object: 'response', created_at: answer.created, model: answer.model,
    status: incomplete ? 'incomplete' : status, error: null,
    incomplete_details: incomplete ? { reason: 'max_output_tokens' } : null,
    output: status === 'completed' ? [item(answer, incomplete ? 'incomplete' : 'completed', [part(answer.text)])] : [],
    usage: status === 'completed'
      ? {
        input_tokens: answer.promptTokens, output_tokens: answer.answerTokens,
        total_tokens: answer.promptTokens + answer.answerTokens,
      }
      : null,
  };
};
const step = (answer, data) => named({ ...data, sequence_number: answer.sequence++ });
const place = (answer) => ({ item_id: `item_${answer.id}`, output_index: 0, content_index: 0 });

const responses = {
  path: '/v1/responses',
  prefix: 'resp_',
  prompt: (body) => (typeof body.input === 'string' ? body.input : promptOf(body.input)),
  most: (body) => body.max_output_tokens,
  whole: (answer) => response(answer, 'completed'),
  begin: (answer) => [
    step(answer, { type: 'response.created', response: response(answer, 'in_progress') }),
    step(answer, { type: 'response.output_item.added', output_index: 0, item: item(answer, 'in_progress', []) }),
    step(answer, { type: 'response.content_part.added', ...place(answer), part: part('') }),
  ],
  piece: (answer, text) => [step(answer, { type: 'response.output_text.delta', ...place(answer), delta: text, logprobs: [] })],
  end: (answer) => [
    step(answer, { type: 'response.output_text.done', ...place(answer), text: answer.text, logprobs: [] }),
    step(answer, { type: 'response.content_part.done', ...place(answer), part: part(answer.text) }),
    step(answer, { type: 'response.output_item.done', output_index: 0, item: response(answer, 'completed').output[0] }),
    step(answer, {
      type: answer.stopped === 'length' ? 'response.incomplete' : 'response.completed',
      response: response(answer, 'completed'),
    }),
  ],
};

export const forms = [chat, messages, responses];
export const begun = (form, id, model, promptTokens) => ({
  id: form.prefix + id, model, promptTokens, answerTokens: 0, text: '', stopped: 'stop', created: created(), sequence: 0,
});
export const lineOf = ({ event, data }) =>
  `${event ? `event: ${event}\n` : ''}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
