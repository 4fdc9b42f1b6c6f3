/** README.md of the shipped model: what it is, what it reaches, how to make it again. */
import { setting } from './task.mjs';

/** @type {import('../lib/run.mjs').Example['card']} */
export function modelCard({ seed, steps, time, parameters, stored }) {
  const exact = Object.entries(stored).filter(([name]) => name.startsWith('exact at '));
  const [shortest, longest] = setting.lengths;
  const note = (/** @type {string} */ length) =>
    Number(length) > longest ? ' (longer than any in training)' : '';
  return `# sort

A pointer network (Vinyals et al. 2015; \`model_type\` fovea-pointer) that sorts whole numbers from 0 to 99 by pointing
at one after the other, trained by \`examples/train/sort.mjs\` on fovea itself.

| | |
|---|---|
| parameters | ${parameters.toLocaleString('en-US')}; embedding ${setting.embedding}, LSTMs ${setting.hidden} wide |
${exact.map(([name, share]) => `| lists in order, length ${name.slice(9)}${note(name.slice(9))} | ${(100 * Number(share)).toFixed(1)} % of ${stored.lists} |`).join('\n')}
| model.safetensors | ${(stored.bytes / 1000).toFixed(0)} kB |
| training | ${steps} steps of ${setting.batch} lists of ${shortest} to ${longest} numbers, Adam, learning rate ${setting.lr} to ${setting.minLr} (cosine, ${setting.warmupSteps} steps of warm-up); ${time} on one core |

The lists of the table are drawn with a seed of their own (${stored.seed}) and answered greedily; an answer counts if the
whole list is in order. ![Training curve](training-curve.svg)

\`\`\`sh
node examples/train/sort.mjs --seed ${seed} --out models/sort   # makes it again
npm run -s eval -- sort --json                       # measures it
\`\`\`

\`\`\`js point
import { createEngine, fromPretrained } from 'fovea';

const engine = await createEngine();
const { model, tokenizer } = await fromPretrained(engine, './models/sort');
const numbers = [31, 4, 15, 92];
const [{ order }] = model.point([tokenizer.encode(numbers.join(' ')).ids]);
order.map((place) => numbers[place]); // => [4, 15, 31, 92]
engine.dispose();
\`\`\`
`;
}
