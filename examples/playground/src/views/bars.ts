// Named shares as bars with their numbers beside them: a list, so that it is read as one.
import { h } from '../dom.js';
import { percent } from '../maps.js';

export interface Bar {
  readonly name: string;
  /** 0 to 1 */
  readonly share: number;
  /** beside the bar in place of the share */
  readonly note?: string;
  /** a class of its own */
  readonly kind?: string;
}

export interface Bars {
  readonly element: HTMLElement;
  draw(bars: readonly Bar[]): void;
}

export function bars(label: string): Bars {
  const element = h('ul', { class: 'bars', 'aria-label': label });
  return {
    element,
    draw(all) {
      // In place while the names stay: a bar that moves shows what changed.
      while (element.children.length > all.length) element.lastElementChild?.remove();
      all.forEach(({ name, share, note, kind = '' }, i) => {
        const item = element.children[i] ?? element.appendChild(row());
        const [title, track, value] = item.children;
        item.className = kind;
        title.textContent = name;
        (track.firstElementChild as HTMLElement).style.setProperty('--w', share.toFixed(4));
        value.textContent = note ?? percent(share);
      });
    },
  };
}

function row(): HTMLLIElement {
  const track = h('span', { class: 'track', 'aria-hidden': 'true' }, h('span', { class: 'bar' }));
  return h('li', {}, h('span', { class: 'name' }), track, h('span', { class: 'value' }));
}
