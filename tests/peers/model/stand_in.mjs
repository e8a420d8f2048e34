// No engine: a fixed sentence, word by word, for tests that only ask what goes over the wire. It counts
// words where a model counts tokens.
const sentence = 'I am a stand-in : no model runs here .'.split(' ');
const pause_ms = 5; // so that a stream comes in several parts

export const standInEngine = () => ({
  label: 'a stand-in: no model runs here; words are counted as tokens',
  contextTokens: 100_000,
  count: (prompt) => prompt.split(/\s+/).filter(Boolean).length,
  async *generate(prompt, { tokens: most, signal }) {
    for (const [index, word] of sentence.entries()) {
      if (index >= most) return 'length';
      if (signal.aborted) return 'gone';
      await new Promise((resolve) => setTimeout(resolve, pause_ms));
      yield index === 0 ? word : ` ${word}`;
    }
    return 'stop';
  },
});
