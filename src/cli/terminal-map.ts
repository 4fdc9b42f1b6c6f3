// An attention map in a terminal: a row of shaded cells for each row of weights.
import type { AttentionMap, AttentionMaps } from './maps.js';

const SHADES = [' ', '\u2591', '\u2592', '\u2593', '\u2588'];
/** Greys of the 256-colour palette, from the background of a dark terminal to white. */
const GREYS = [232, 236, 239, 242, 245, 248, 251, 254, 255];

/** @param colour shades of grey by escape sequences, as a terminal has them; else block characters */
export function terminalMap(
  { rows, columns }: AttentionMaps,
  { weights }: AttentionMap,
  { colour, indent = '  ' }: { colour: boolean; indent?: string },
): string {
  const left = Math.max(...rows.map(width));
  const cell = Math.max(2, Math.min(8, mostly(columns.map(width)) + 1));
  const most = Math.max(...weights.flat(), Number.MIN_VALUE);
  const header = `${indent}${' '.repeat(left + 1)}${columns.map((c) => fit(c, cell)).join('')}`;
  const lines = weights.map((row, i) => {
    const cells = row.map((weight) => shaded(weight / most, cell, colour));
    return `${indent}${' '.repeat(left - width(rows[i]))}${rows[i]} ${cells.join('')}`.trimEnd();
  });
  return [header.trimEnd(), ...lines, ''].join('\n');
}

function shaded(share: number, cell: number, colour: boolean): string {
  if (!colour) return SHADES[Math.round(share * (SHADES.length - 1))].repeat(cell);
  return `\u001b[48;5;${GREYS[Math.round(share * (GREYS.length - 1))]}m${' '.repeat(cell)}\u001b[0m`;
}

/** Cut or filled up. */
function fit(text: string, cell: number): string {
  const cut = [...text].slice(0, cell - 1).join('');
  return cut.padEnd(cell);
}

/** What three quarters of the numbers do not exceed: a single long label is cut, not given room. */
function mostly(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(0.75 * (numbers.length - 1))];
}

function width(text: string): number {
  return [...text].length;
}

/** Whether stdout is a terminal that shows colours. */
export function hasColour(): boolean {
  return process.stdout.isTTY === true && process.env.NO_COLOR === undefined && process.env.TERM !== 'dumb';
}
