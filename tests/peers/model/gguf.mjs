// A model small enough to be written down: a table of which word follows which, in the form of llama's
// weights, as a GGUF file that llama.cpp loads. The engine that runs it is real; the weights are a toy, and
// everything that serves them says so.
//
// How a table becomes a transformer: every word has a dimension of its own (its embedding is 1 there and 0
// elsewhere), attention and feed-forward are all zero, so that the residual stream hands the last word
// unchanged to the output layer, whose row for word `b` holds at the dimension of word `a` how often `b`
// follows `a`. What is no word of the table shares one dimension, after which a sentence begins.

const sentences = [
  'the gateway holds every grave request until three officials have signed it .',
  'no single person directs the whole fleet .',
  'the officials read the exact request and sign what they have read .',
  'a veto stops the command before it is sent .',
  'the journal keeps every approval and every refusal .',
  'three institutions answer for one command .',
  'the fleet obeys a command that many hands have signed .',
  'every official belongs to one institution .',
];

const UNKNOWN = 0, BEGIN = 1, END = 2;
const kind = { normal: 1, unknown: 2, control: 3, byte: 6 };
const space = '\u2581'; // how this tokenizer writes the blank before a word
const never = -40, seldom = 6; // logits: of what must not come, and of what followed once

function vocabulary() {
  const words = [...new Set(sentences.join(' ').split(' '))];
  const tokens = [
    { text: '<unk>', kind: kind.unknown },
    { text: '<s>', kind: kind.control },
    { text: '</s>', kind: kind.control },
  ];
  for (let byte = 0; byte < 256; byte++) {
    tokens.push({ text: `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`, kind: kind.byte });
  }
  // The tokenizer joins two neighbours at a time, so that each beginning of a word must be a token too;
  // longer beginnings score higher, and a whole word is what remains.
  const pieces = new Map([[space, 0]]);
  for (const word of words) {
    for (const letter of word) pieces.set(letter, 0);
    for (let length = 1; length <= word.length; length++) {
      pieces.set(space + word.slice(0, length), length);
    }
  }
  for (const [text, score] of pieces) tokens.push({ text, score, kind: kind.normal });
  const id = new Map(tokens.map((token, index) => [token.text, index]));
  return { tokens, words, idOf: (word) => id.get(space + word) };
}

function weights({ tokens, words, idOf }) {
  const dimensions = Math.ceil((words.length + 1) / 64) * 64;
  const other = words.length; // the dimension of everything that is no whole word
  const dimensionOf = new Map(words.map((word, index) => [word, index]));
  const embedding = new Float32Array(tokens.length * dimensions);
  for (let token = 0; token < tokens.length; token++) embedding[token * dimensions + other] = 1;
  for (const word of words) {
    embedding[idOf(word) * dimensions + other] = 0;
    embedding[idOf(word) * dimensions + dimensionOf.get(word)] = 1;
  }
  // After normalisation a lone 1 is the root of the number of dimensions.
  const unit = 1 / Math.sqrt(dimensions);
  const output = new Float32Array(tokens.length * dimensions).fill(never * unit);
  const follow = (dimension, next) => {
    const at = next * dimensions + dimension;
    output[at] = output[at] < 0 ? seldom * unit : output[at] + unit;
  };
  for (const sentence of sentences) {
    const line = sentence.split(' ');
    follow(other, idOf(line[0]));
    line.slice(1).forEach((word, index) => follow(dimensionOf.get(line[index]), idOf(word)));
  }
  // After a sentence comes another, or the end.
  follow(dimensionOf.get('.'), END);
  follow(dimensionOf.get('.'), idOf('the'));
  return { dimensions, embedding, output };
}

// --- the file's format: github.com/ggml-org/ggml, docs/gguf.md -----------------------------------------

const alignment = 32;
const number = (bytes, write) => (value) => {
  const buffer = Buffer.alloc(bytes);
  buffer[write](value);
  return buffer;
};
const u32 = number(4, 'writeUInt32LE'), i32 = number(4, 'writeInt32LE'), f32 = number(4, 'writeFloatLE');
const u64 = (value) => number(8, 'writeBigUInt64LE')(BigInt(value));
const text = (value) => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);
const types = { u32: [4, u32], i32: [5, i32], f32: [6, f32], text: [8, text] };
const one = (key, type, value) => Buffer.concat([text(key), u32(types[type][0]), types[type][1](value)]);
const many = (key, type, values) =>
  Buffer.concat([text(key), u32(9), u32(types[type][0]), u64(values.length), ...values.map(types[type][1])]);
const padded = (buffer) => Buffer.concat([buffer, Buffer.alloc((alignment - (buffer.length % alignment)) % alignment)]);

export function gguf() {
  const vocabulary_ = vocabulary();
  const { tokens } = vocabulary_;
  const { dimensions, embedding, output } = weights(vocabulary_);
  const heads = 4, feedForward = 32;
  const properties = [
    one('general.architecture', 'text', 'llama'),
    one('general.name', 'text', 'keyturn toy: a table of word pairs'),
    one('llama.context_length', 'u32', 1024),
    one('llama.embedding_length', 'u32', dimensions),
    one('llama.block_count', 'u32', 1),
    one('llama.feed_forward_length', 'u32', feedForward),
    one('llama.attention.head_count', 'u32', heads),
    one('llama.attention.head_count_kv', 'u32', heads),
    one('llama.attention.layer_norm_rms_epsilon', 'f32', 1e-6),
    one('llama.rope.dimension_count', 'u32', dimensions / heads),
    one('llama.vocab_size', 'u32', tokens.length),
    one('tokenizer.ggml.model', 'text', 'llama'),
    many('tokenizer.ggml.tokens', 'text', tokens.map((token) => token.text)),
    many('tokenizer.ggml.scores', 'f32', tokens.map((token) => token.score ?? 0)),
    many('tokenizer.ggml.token_type', 'i32', tokens.map((token) => token.kind)),
    one('tokenizer.ggml.unknown_token_id', 'u32', UNKNOWN),
    one('tokenizer.ggml.bos_token_id', 'u32', BEGIN),
    one('tokenizer.ggml.eos_token_id', 'u32', END),
  ];
  const square = [dimensions, dimensions], ones = new Float32Array(dimensions).fill(1);
  const zero = (shape) => new Float32Array(shape[0] * shape[1]);
  const tensors = [
    ['token_embd.weight', [dimensions, tokens.length], embedding],
    ['output_norm.weight', [dimensions], ones],
    ['output.weight', [dimensions, tokens.length], output],
    ['blk.0.attn_norm.weight', [dimensions], ones],
    ['blk.0.ffn_norm.weight', [dimensions], ones],
    ...['attn_q', 'attn_k', 'attn_v', 'attn_output'].map((name) => [`blk.0.${name}.weight`, square, zero(square)]),
    ...[['ffn_gate', [dimensions, feedForward]], ['ffn_up', [dimensions, feedForward]],
      ['ffn_down', [feedForward, dimensions]]].map(([name, shape]) => [`blk.0.${name}.weight`, shape, zero(shape)]),
  ];
  let offset = 0;
  const descriptions = [], data = [];
  for (const [name, shape, values] of tensors) {
    descriptions.push(text(name), u32(shape.length), ...shape.map(u64), u32(0), u64(offset)); // 0: 32-bit floats
    const bytes = padded(Buffer.from(values.buffer));
    data.push(bytes);
    offset += bytes.length;
  }
  const head = [Buffer.from('GGUF'), u32(3), u64(tensors.length), u64(properties.length), ...properties];
  return Buffer.concat([padded(Buffer.concat([...head, ...descriptions])), ...data]);
}

