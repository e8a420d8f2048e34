// The real engine: llama.cpp, through node-llama-cpp's prebuilt package, on the toy weights of gguf.mjs.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getLlama } from 'node-llama-cpp';
import { gguf } from './gguf.mjs';

const contextTokens = 512, sequences = 4;

export async function llamaEngine() {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-model.'));
  const llama = await getLlama({ gpu: false, build: 'never', maxThreads: 1, logLevel: 'error' });
  let model;
  try {
    writeFileSync(join(folder, 'toy.gguf'), gguf());
    model = await llama.loadModel({ modelPath: join(folder, 'toy.gguf') });
  } finally {
    rmSync(folder, { recursive: true });
  }
  const context = await model.createContext({ contextSize: contextTokens, sequences });
  const waiting = [];
  const takeSequence = async () => {
    while (context.sequencesLeft === 0) await new Promise((resolve) => waiting.push(resolve));
    return context.getSequence();
  };

  return {
    label: 'llama.cpp (real engine) on toy weights: a table of word pairs',
    contextTokens,
    count: (prompt) => model.tokenize(prompt).length + 1, // and the token with which a text begins
    // Yields the answer piece by piece, a token each; returns why it stopped.
    async *generate(prompt, { tokens: most, temperature = 0.7, signal }) {
      const tokens = [model.tokens.bos, ...model.tokenize(prompt)];
      const sequence = await takeSequence();
      try {
        // The same prompt gets the same answer.
        const seed = createHash('sha256').update(prompt).digest().readUInt32LE();
        let before = tokens, made = 0;
        if (most <= 0) return 'length';
        for await (const token of sequence.evaluate(tokens, { temperature, seed })) {
          if (model.isEogToken(token)) return 'stop';
          if (signal.aborted) return 'gone';
          const text = model.detokenize([token], false, before);
          yield made === 0 ? text.trimStart() : text;
          before = [token];
          if (++made >= most) return 'length';
        }
        return 'stop';
      } finally {
        sequence.dispose();
        waiting.shift()?.();
      }
    },
  };
}
