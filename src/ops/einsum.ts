// Einstein's summation: products of tensors, written by the names of their dimensions.
import { ArgumentError, ShapeError } from '../errors.js';
import { numel, show } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { diagonal } from './diagonal.js';
import { matmul } from './matmul.js';
import { sum } from './reduce.js';
import { sameArena } from './util.js';
import { expand, permute, reshape } from './view.js';

/** A tensor and the label of each of its dimensions: a letter, or `.0`, `.1`, ... of an ellipsis from its end. */
interface Term {
  tensor: Tensor;
  labels: readonly string[];
}

/**
 * `torch.einsum`, f32: letters name dimensions, `...` stands for those without a name and broadcasts.
 * Dimensions of one letter are multiplied along each other, and summed unless they are in the result;
 * twice in one operand it is a diagonal.  Without `->` the result has the letters that occur once, in
 * alphabetical order, after the ellipsis.  Operands are contracted from left to right by matmul.
 * @throws ArgumentError for an equation that is not one, ShapeError where sizes do not fit
 */
export function einsum(equation: string, ...operands: Tensor[]): Tensor {
  const [left, right, ...more] = equation.replaceAll(' ', '').split('->');
  const subscripts = left.split(',');
  if (more.length > 0 || subscripts.length !== operands.length || operands.length === 0)
    throw new ArgumentError(
      `einsum: ${JSON.stringify(equation)} does not describe ${operands.length} operands`,
    );
  for (const operand of operands) sameArena(operands[0], operand);
  return operands[0].arena.scope(() => {
    const terms = operands.map((tensor, i) => diagonals(named(tensor, subscripts[i])));
    const labels = right === undefined ? implied(subscripts, terms) : result(right, terms);
    const sizes = sizesOf(terms, equation);
    const all = terms.reduce((a, b, i) => {
      const later = new Set([...labels, ...terms.slice(i + 1).flatMap((t) => t.labels)]);
      return contract(a, b, later, sizes);
    });
    const { tensor, labels: have } = summed(all, new Set(labels));
    return permute(
      tensor,
      labels.map((l) => have.indexOf(l)),
    );
  });
}

/** A letter for each dimension, in order; the ellipsis takes what is left. */
function named(tensor: Tensor, subscript: string): Term {
  const [before, after, ...more] = subscript.split('...');
  const letters = before.length + (after?.length ?? 0);
  const hidden = tensor.rank - letters;
  if (
    more.length > 0 ||
    !/^[a-zA-Z]*$/.test(before + (after ?? '')) ||
    hidden < 0 ||
    (after === undefined && hidden > 0)
  )
    throw new ArgumentError(
      `einsum: ${JSON.stringify(subscript)} does not name the dimensions of ${show(tensor.shape)}`,
    );
  const dots = Array.from({ length: hidden }, (_, i) => `.${hidden - 1 - i}`);
  return { tensor, labels: [...before, ...dots, ...(after ?? '')] };
}

function diagonals({ tensor, labels }: Term): Term {
  const second = labels.findIndex((l, i) => labels.indexOf(l) < i);
  if (second < 0) return { tensor, labels };
  const first = labels.indexOf(labels[second]);
  if (tensor.shape[first] !== tensor.shape[second])
    throw new ShapeError(`einsum: no diagonal ${labels[second]} of ${show(tensor.shape)}`);
  return diagonals({
    tensor: diagonal(tensor, { dim1: first, dim2: second }),
    labels: [...labels.filter((_, i) => i !== first && i !== second), labels[second]],
  });
}

/** The dimensions behind the ellipses, outermost first. */
function dotsOf(terms: readonly Term[]): string[] {
  const most = terms.flatMap((t) => t.labels.filter((l) => l.startsWith('.'))).map((l) => Number(l.slice(1)));
  return Array.from({ length: Math.max(-1, ...most) + 1 }, (_, i) => `.${i}`).reverse();
}

function implied(subscripts: readonly string[], terms: readonly Term[]): string[] {
  const letters = [...subscripts.join('').replaceAll('.', '')].sort();
  return [...dotsOf(terms), ...letters.filter((l) => letters.indexOf(l) === letters.lastIndexOf(l))];
}

function result(right: string, terms: readonly Term[]): string[] {
  const known = new Set(terms.flatMap((t) => t.labels));
  const [before, after = '', ...more] = right.split('...');
  const labels = [...before, ...(right.includes('...') ? dotsOf(terms) : []), ...after];
  if (more.length > 0 || new Set(labels).size !== labels.length || !labels.every((l) => known.has(l)))
    throw new ArgumentError(
      `einsum: the result ${JSON.stringify(right)} must name known dimensions once each`,
    );
  return labels;
}

function sizesOf(terms: readonly Term[], equation: string): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const { tensor, labels } of terms)
    labels.forEach((l, i) => {
      const [n, known = 1] = [tensor.shape[i], sizes.get(l)];
      if (n !== 1 && known !== 1 && n !== known)
        throw new ShapeError(`einsum ${JSON.stringify(equation)}: ${l} is ${known} and ${n}`);
      sizes.set(l, n === 1 ? known : n);
    });
  return sizes;
}

/** Without the dimensions that nothing later asks for. */
function summed({ tensor, labels }: Term, wanted: ReadonlySet<string>): Term {
  const dim = labels.flatMap((l, i) => (wanted.has(l) ? [] : [i]));
  if (dim.length === 0) return { tensor, labels };
  return { tensor: sum(tensor, { dim }), labels: labels.filter((l) => wanted.has(l)) };
}

/** Both as batches of matrices: what they share and keep, rows, columns, and what is summed. */
function contract(a: Term, b: Term, later: ReadonlySet<string>, sizes: ReadonlyMap<string, number>): Term {
  const x = summed(a, new Set([...later, ...b.labels]));
  const y = summed(b, new Set([...later, ...a.labels]));
  const shared = x.labels.filter((l) => y.labels.includes(l));
  const [batch, inner] = [shared.filter((l) => later.has(l)), shared.filter((l) => !later.has(l))];
  const [rows, columns] = [x, y].map(({ labels }) => labels.filter((l) => !shared.includes(l)));
  const size = (labels: readonly string[]): number[] => labels.map((l) => sizes.get(l)!);
  const matrices = ({ tensor, labels }: Term, last: readonly (readonly string[])[]): Tensor => {
    const order = [...batch, ...last.flat()];
    const ordered = permute(
      tensor,
      order.map((l) => labels.indexOf(l)),
    );
    const merged = last.map((group) => numel(size(group)));
    return reshape(expand(ordered, size(order)), [...size(batch), ...merged]);
  };
  const product = matmul(matrices(x, [rows, inner]), matrices(y, [inner, columns]));
  const labels = [...batch, ...rows, ...columns];
  return { tensor: reshape(product, size(labels)), labels };
}
