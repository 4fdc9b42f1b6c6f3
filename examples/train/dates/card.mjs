/** README.md of the shipped model: what it is, what it reaches, how to make it again. */
import { setting } from './task.mjs';

/** @type {import('../lib/run.mjs').Example['card']} */
export function modelCard({ seed, steps, time, parameters, stored }) {
  const { width, heads, inner, encoderLayers, decoderLayers, batch, lr, minLr, warmupSteps } = setting;
  return `# dates

A Transformer from character to character (Vaswani et al. 2017; \`model_type\` fovea-seq2seq) that turns dates as people
write them into ISO dates, trained by \`examples/train/dates.mjs\` on fovea itself.

| | |
|---|---|
| parameters | ${parameters.toLocaleString('en-US')}; ${encoderLayers} encoder layers and ${decoderLayers} decoder layer, width ${width}, ${heads} heads, inner width ${inner} |
| exact on held-out dates | ${(100 * stored.exact).toFixed(2)} % of ${stored.dates.toLocaleString('en-US')} |
| model.safetensors | ${(stored.bytes / 1000).toFixed(0)} kB |
| training | ${steps} steps of ${batch} dates, Adam, learning rate ${lr} to ${minLr} (cosine, ${warmupSteps} steps of warm-up); ${time} on one core |

The held-out dates are drawn with a seed of their own (${stored.seed}) and written greedily; an answer counts if all ten
characters are right. ![Training curve](training-curve.svg)

What it reads (English, upper or lower case, years 1900 to 2099):

| written | read as |
|---|---|
| \`3.5.19\`, \`03/05/2019\`, \`3-5-2019\` | numbers alone: the day first |
| \`2019-05-03\`, \`2019/5/3\`, \`20190503\` | unless a year of four digits leads |
| \`the 3rd of May, 2019\`, \`3 May '19\`, \`3-May-2019\`, \`Fri, 3rd May 2019\` | |
| \`May 3rd 19\`, \`May 3, 2019\`, \`Friday, May the 3rd, 2019\`, \`Sept. 3, 2019\` | |
| \`2019 May 3\`, \`2019, May 3rd\` | |

Years of two digits: 69 to 99 are 1969 to 1999, 00 to 68 are 2000 to 2068, as in POSIX.  Anything else is not a date to
it, and it will answer with some date all the same.

\`\`\`sh
node examples/train/dates.mjs --seed ${seed} --out models/dates   # makes it again
npm run -s eval -- dates --json                        # measures it
npm start -- "the 3rd of May, 2019"                    # reads one, and shows what it looks at
\`\`\`
`;
}
