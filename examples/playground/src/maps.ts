// Attention maps as plain numbers: what the demos give and the views draw.

/** Weights: a row for each that looks, over all that may be looked at; each row adds up to 1. */
export type Rows = readonly ArrayLike<number>[];

/** All maps of a model over the same tokens. */
export interface Maps {
  /** who looks */
  readonly rows: readonly string[];
  /** what is looked at */
  readonly columns: readonly string[];
  /** layer by layer, head by head */
  readonly layers: readonly (readonly Rows[])[];
}

/** Which of them. */
export interface Choice {
  readonly layer: number;
  /** null: the mean of the layer's heads */
  readonly head: number | null;
}

export function chosen({ layers }: Maps, { layer, head }: Choice): Rows {
  return head === null ? meanOf(layers[layer]) : layers[layer][head];
}

export function meanOf(heads: readonly Rows[]): Rows {
  if (heads.length === 1) return heads[0];
  return heads[0].map((row, i) =>
    Float32Array.from(row, (_, j) => heads.reduce((sum, head) => sum + head[i][j], 0) / heads.length),
  );
}

export function largest(rows: Rows): number {
  let most = 0;
  for (const row of rows) for (let j = 0; j < row.length; j++) most = Math.max(most, row[j]);
  return most;
}

/** The places with most weight, most first. */
export function strongest(row: ArrayLike<number>, count: number): { at: number; weight: number }[] {
  return Array.from(row, (weight, at) => ({ at, weight }))
    .sort((a, b) => b.weight - a.weight)
    .slice(0, count);
}

/** Over how many places a row is spread: the exponential of its entropy, 1 if one place has all. */
export function spread(row: ArrayLike<number>): number {
  let entropy = 0;
  for (let j = 0; j < row.length; j++) if (row[j] > 0) entropy -= row[j] * Math.log(row[j]);
  return Math.exp(entropy);
}

/** Its number and its sign stay in one line. */
export function percent(share: number): string {
  const hundredths = 100 * share;
  return `${hundredths > 0 && hundredths < 1 ? '<\u00a01' : Math.round(hundredths)}\u00a0%`;
}

/** A token as people read it: what does not show gets a sign. */
export function visible(token: string): string {
  return token.replace(/ /g, '\u2423').replace(/\n/g, '\u21b5').replace(/\t/g, '\u21e5');
}

/** A token as a screen reader should say it. */
export function spoken(token: string): string {
  return { ' ': 'space', '\n': 'line break', ',': 'comma', '.': 'full stop', '-': 'hyphen' }[token] ?? token;
}
