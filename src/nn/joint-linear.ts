// Linear layers that read the same input, as query, key and value do: one product where nothing speaks against it.
import { joinVectors } from '../ops/copy.js';
import { splitHeads } from '../ops/heads.js';
import { linear } from '../ops/linear.js';
import { PanelMatrix } from '../ops/panel-matrix.js';
import { needsGrad, withLast } from '../ops/util.js';
import type { WeightMatrix } from '../ops/weight.js';
import type { Tensor } from '../tensor/tensor.js';
import { Linear } from './linear.js';
import type { Parameter } from './parameter.js';
import { WeightStack } from './weight-stack.js';

/**
 * Layers (K -> N_i each) that are called together.  They stay what they are, with their own keys and values; packed,
 * their matrices lie one behind another.  The results are those of the layers one by one, bit for bit.
 */
export class JointLinear {
  /** The matrices as they were last, and what they are together, if anything. */
  readonly #matrices: WeightMatrix[] = [];
  #joined: WeightMatrix | null = null;

  constructor(layers: readonly Linear[]) {
    new WeightStack(layers.map(({ weight }) => weight));
  }

  /** x (..., K) -> (..., N_i) of each layer, or (B, heads_i, S, N_i / heads_i) of x (B, S, K); possibly strided */
  forward(x: Tensor, layers: readonly Linear[], heads?: readonly number[]): Tensor[] {
    const y = this.#product(x, layers);
    const parts: Tensor[] = [];
    for (let i = 0, first = 0; i < layers.length; i++) {
      const layer = layers[i];
      const { outFeatures: size } = layer;
      const from = y ?? layer.forward(x);
      if (heads) parts.push(splitHeads(from, heads[i], first, size));
      else parts.push(y ? y.view(withLast(y.shape, size), y.strides, first) : from);
      if (y) first += size;
    }
    y?.dispose();
    return parts;
  }

  /** What all layers give side by side: one product, or null where each has to be asked. */
  #product(x: Tensor, layers: readonly Linear[]): Tensor | null {
    const joined = needsGrad(x) ? null : this.#join(layers);
    if (!joined) return null;
    const bias = layers[0].bias && joinVectors(layers.map((layer) => (layer.bias as Parameter).tensor));
    const y = linear(x, joined, bias);
    bias?.dispose();
    return y;
  }

  /**
   * All matrices as one, if they are laid out and lie so, each layer does what a Linear does, all have a bias or none,
   * and no bias wants a gradient.
   */
  #join(layers: readonly Linear[]): WeightMatrix | null {
    const matrices = this.#matrices;
    let known = true;
    for (let i = 0; i < layers.length; i++) {
      const { forward, weight, bias } = layers[i];
      const { matrix } = weight;
      if (!(matrix instanceof PanelMatrix) || forward !== Linear.prototype.forward) return null;
      if (!bias !== !layers[0].bias || needsGrad(bias?.tensor)) return null;
      known &&= matrix === matrices[i];
      matrices[i] = matrix;
    }
    if (!known) this.#joined = matrices[0].joined(matrices.slice(1));
    return this.#joined;
  }
}
