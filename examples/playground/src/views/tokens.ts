// Tokens in a line, as a text is read: each glows by its weight, and one of them can be chosen.
import { h, unique } from '../dom.js';
import { spoken, visible } from '../maps.js';

export interface TokenStrip {
  readonly element: HTMLElement;
  /** the box of a token */
  at(index: number): HTMLElement;
  /** Lights the tokens up, the largest weight most; null for no light. */
  glow(weights: ArrayLike<number> | null): void;
  /** Shows which one is chosen, without telling anybody. */
  choose(index: number): void;
  /** Strikes tokens out. */
  strike(indices: Iterable<number>): void;
}

interface StripOptions {
  readonly tokens: readonly string[];
  /** what the tokens are, for those who hear the page */
  readonly legend: string;
  /** makes the tokens a choice of one */
  readonly onChoose?: (index: number) => void;
  /** tokens stand close together, and line breaks break the line: for characters of a text */
  readonly running?: boolean;
}

export function tokenStrip({ tokens, legend, onChoose, running = false }: StripOptions): TokenStrip {
  // In a running text a space is a space: words must be seen, and lines break between them.
  const shown = (token: string): string => (running && token === ' ' ? token : visible(token));
  const boxes = tokens.map((token) => h('span', { class: 'token' }, shown(token)));
  const kind = `tokens${running ? ' running' : ''}`;
  const broken = (at: number, item: HTMLElement): HTMLElement[] =>
    running && tokens[at] === '\n' ? [item, h('br', { 'aria-hidden': 'true' })] : [item];
  const inputs: HTMLInputElement[] = [];
  const name = unique('token');
  const element = onChoose
    ? h(
        'fieldset',
        { class: `${kind} choice` },
        h('legend', { class: 'unseen' }, legend),
        ...boxes.flatMap((box, i) => {
          const input = h('input', {
            type: 'radio',
            name,
            value: i,
            class: 'unseen',
            'aria-label': `${spoken(tokens[i])}, ${i + 1} of ${tokens.length}`,
            change: () => onChoose(i),
          });
          inputs.push(input);
          return broken(i, h('label', {}, input, box));
        }),
      )
    : h(
        'ol',
        { class: kind, 'aria-label': legend },
        ...boxes.map((box, i) => h('li', {}, ...broken(i, box))),
      );
  return {
    element,
    at: (index) => boxes[index],
    glow(weights) {
      const most = weights ? Math.max(...Array.from(weights)) : 0;
      boxes.forEach((box, i) => {
        box.style.setProperty('--w', weights && most > 0 ? (weights[i] / most).toFixed(3) : '0');
      });
    },
    choose(index) {
      if (inputs[index]) inputs[index].checked = true;
    },
    strike(indices) {
      const struck = new Set(indices);
      boxes.forEach((box, i) => {
        box.classList.toggle('struck', struck.has(i));
      });
    },
  };
}
