// Text as it comes.  Seen character by character; heard a line at a time, or a screen reader could not follow.
import { h } from '../dom.js';

export interface Stream {
  readonly element: HTMLElement;
  start(prompt: string): void;
  push(piece: string): void;
  /** Says what has not been said. */
  end(): void;
}

export function stream(label: string): Stream {
  const given = h('span', { class: 'given' });
  const written = h('span', { class: 'written' });
  const caret = h('span', { class: 'caret', hidden: true });
  const text = h(
    'div',
    { class: 'stream', role: 'region', 'aria-label': label, tabindex: 0 },
    given,
    written,
    caret,
  );
  const live = h('div', { class: 'unseen', 'aria-live': 'polite', 'aria-relevant': 'additions' });
  let line = '';
  const say = (): void => {
    if (line.trim() !== '') live.append(h('p', {}, line));
    line = '';
  };
  return {
    element: h('div', {}, text, live),
    start(prompt) {
      given.textContent = prompt;
      written.textContent = '';
      live.replaceChildren();
      line = '';
      caret.hidden = false;
    },
    push(piece) {
      written.append(piece);
      line += piece;
      if (piece.includes('\n')) say();
      text.scrollTop = text.scrollHeight;
    },
    end() {
      caret.hidden = true;
      written.normalize();
      say();
    },
  };
}
