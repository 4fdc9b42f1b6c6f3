// Encoder and decoder layers, stacks of them, and the whole nn.Transformer; plain and with packed weights,
// which must give the same bits.
import type { Arena } from '../../src/tensor/arena.js';
import { build } from './layers.js';
import { excess, type Results, sameBits, tensorsOf, testTopic } from './pytorch.js';
import type { Case } from './vectors.js';

function run(arena: Arena, c: Case): Results {
  const { layer, forward } = build(arena, c);
  const inputs = tensorsOf(arena, c.inputs);
  const output = forward(inputs).toArray();
  layer.pack();
  sameBits(forward(inputs).toArray(), output, 'packed weights');
  layer.dispose();
  return { output };
}

testTopic({
  topic: 'encoder_decoder',
  run,
  judge: () => (_, actual, expected) => excess(actual, expected, 64),
});
