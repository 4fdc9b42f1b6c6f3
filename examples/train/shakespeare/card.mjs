/**
 * README.md of the shipped model: what it is, what it reaches, how to make it again.
 * @param {{ name: string, setting: import('./settings.mjs').Setting, seed: string, dtype: string, parameters: number,
 *   time: string, validation?: number, stored: { validation: number, bytes: number } }} figures
 */
export function modelCard({ name, setting, seed, dtype, parameters, time, validation, stored }) {
  const { layers, heads, width, context, batch, steps, lr, minLr, warmupSteps, weightDecay } = setting;
  return `# shakespeare

A GPT of characters (\`model_type\` gpt2, readable by transformers) that writes verse in the manner of Shakespeare's plays,
trained by \`examples/train/shakespeare.mjs\` on fovea itself.

| | |
|---|---|
| parameters | ${parameters.toLocaleString('en-US')} |
| layers, heads, width, context | ${layers}, ${heads}, ${width}, ${context} characters |
| validation loss | ${validation?.toFixed(4)} nats a character; as stored (${dtype}) ${stored.validation.toFixed(4)} |
| model.safetensors | ${(stored.bytes / 1000).toFixed(0)} kB |
| training | ${steps} steps of ${batch} windows, AdamW, learning rate ${lr} to ${minLr} (cosine, ${warmupSteps} steps of warm-up), weight decay ${weightDecay}; ${time} on one core |

The loss is the mean cross entropy of every character of the last tenth of the text, predicted from what precedes it in
windows of ${context} side by side. ![Training curve](training-curve.svg)

\`\`\`sh
node examples/train/shakespeare.mjs --setting ${name} --seed ${seed} --out models/shakespeare   # makes it again
npm run -s eval -- shakespeare --json                                                # measures it
npm start -- --model models/shakespeare --prompt "ROMEO:"
\`\`\`

The text is [tinyshakespeare](https://github.com/karpathy/char-rnn/tree/master/data/tinyshakespeare) (public domain); it
is not part of this repository.
`;
}
