// Linear layers that read the same input, as query, key and value do: one product where nothing speaks against it.
import { joinVectors } from '../ops/copy.js';
import { splitHeads } from '../ops/heads.js';
import { linear } from '../ops/linear.js';
import { PanelMatrix } from '../ops/panel-matrix.js';
import { needsGrad, withLast } from '../ops/util.js';
import type { WeightMatrix } from '../ops/weight.js';
import type { Tensor } from '../tensor/tensor.js';
import { Linear } from './linear.js';
import { Parameter } from './parameter.js';

/**
 * Layers (K -> N_i each) that are called together.  They stay what they are, with their own keys and values; packed,
 * their matrices lie one behind another.  The results are those of the layers one by one, bit for bit.
 */
export class JointLinear {
  /** The matrices as they were last, and what they are together, if anything. */
  readonly #matrices: WeightMatrix[] = [];
  #joined: WeightMatrix | null = null;

  constructor(layers: readonly Linear[]) {
    Parameter.stack(layers.map(({ weight }) => weight));
  }

  /** x (..., K) -> (..., N_i) of each layer, possibly strided */
  forward(x: Tensor, layers: readonly Linear[]): Tensor[] {
    const y = this.#product(x, layers);
    if (!y) return layers.map((layer) => layer.forward(x));
    const parts: Tensor[] = [];
    for (let i = 0, first = 0; i < layers.length; first += layers[i++].outFeatures)
      parts.push(y.view(withLast(y.shape, layers[i].outFeatures), y.strides, first));
    y.dispose();
    return parts;
  }

  /** x (B, S, K) -> (B, heads_i, S, N_i / heads_i) of each layer, strided */
  heads(x: Tensor, layers: readonly Linear[], heads: readonly number[]): Tensor[] {
    const y = this.#product(x, layers);
    if (!y) return layers.map((layer, i) => splitHeads(layer.forward(x), heads[i]));
    const parts: Tensor[] = [];
    for (let i = 0, first = 0; i < layers.length; first += layers[i++].outFeatures)
      parts.push(splitHeads(y, heads[i], first, layers[i].outFeatures));
    y.dispose();
    return parts;
  }

  /** What all layers give side by side: one product, or null where each has to be asked. */
  #product(x: Tensor, layers: readonly Linear[]): Tensor | null {
    const joined = plain(layers) && !needsGrad(x) ? this.#join(layers) : null;
    if (!joined) return null;
    const bias = layers[0].bias && joinVectors(layers.map((layer) => (layer.bias as Parameter).tensor));
    const y = linear(x, joined, bias);
    bias?.dispose();
    return y;
  }

  /** All matrices as one, if they are laid out and lie so. */
  #join(layers: readonly Linear[]): WeightMatrix | null {
    const matrices = this.#matrices;
    let known = true;
    for (let i = 0; i < layers.length; i++) {
      const { matrix } = layers[i].weight;
      if (!(matrix instanceof PanelMatrix)) return null;
      known &&= matrix === matrices[i];
      matrices[i] = matrix;
    }
    if (!known) this.#joined = matrices[0].joined(matrices.slice(1));
    return this.#joined;
  }
}

/** Whether each does what a Linear does, all with a bias or none, and no bias wants a gradient. */
function plain(layers: readonly Linear[]): boolean {
  for (let i = 0; i < layers.length; i++) {
    const { forward, bias, arena } = layers[i];
    if (forward !== Linear.prototype.forward || (bias === null) !== (layers[0].bias === null)) return false;
    if (bias?.requiresGrad && arena.gradEnabled) return false;
  }
  return true;
}
