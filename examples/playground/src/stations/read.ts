// Read: a date as people write it goes in, its ISO form comes out, and each character says where it came from.
import { datesDemo, END, type Reading } from '../demos/seq2seq.js';
import { slot } from '../dom.js';
import { percent } from '../maps.js';
import { complain, type MakeStation, messageOf } from '../page/station.js';
import { type ExplorerOptions, explorer } from './explorer.js';

type Kind = keyof Reading['maps'];

const quoted = (token: string): string => (token === END ? 'To end' : `To write \u201c${token}\u201d`);
const SHOWN: Readonly<Record<Kind, ExplorerOptions>> = {
  cross: { rows: 'written', columns: 'read', verb: (token) => `${quoted(token)}, it looks` },
  encoder: {
    rows: 'read',
    columns: 'read',
    own: true,
    verb: (token) => `While it reads \u201c${token}\u201d, it looks`,
  },
  decoder: { rows: 'written', columns: 'written before', verb: (token) => `${quoted(token)}, it looks back` },
};
/** Below it the model says itself that it is guessing. */
const SURE = 0.9;
/** The month's last digit: it is not in the text as such. */
const TELLING = 6;
/** Milliseconds at each character when it is played. */
const BEAT = 650;

export const read: MakeStation = (panel, page) => {
  const input = slot<HTMLInputElement>(panel, 'text');
  const kind = slot<HTMLSelectElement>(panel, 'kind');
  const answer = slot(panel, 'answer');
  const sure = slot(panel, 'sure');
  const trouble = slot(panel, 'trouble');
  const play = slot<HTMLButtonElement>(panel, 'play');
  const view = explorer();
  slot(panel, 'explorer').append(view.element);
  let demo: ReturnType<typeof datesDemo> | null = null;
  let reading: Reading | null = null;
  let playing: ReturnType<typeof setInterval> | undefined;

  function update(row = view.row): void {
    if (!demo) return;
    stop();
    try {
      reading = demo.read(input.value);
    } catch (error) {
      complain(
        trouble,
        input.value.trim() === '' ? 'Type a date, or take one of the examples.' : messageOf(error),
      );
      return;
    }
    complain(trouble, '');
    answer.textContent = reading.answer;
    const { probability } = reading;
    sure.textContent =
      probability < SURE ? `a guess: ${percent(probability)} sure` : `${percent(probability)} sure`;
    page.timed('a date read', reading.ms);
    draw(row);
  }

  function draw(row?: number): void {
    if (reading) view.show(reading.maps[kind.value as Kind], SHOWN[kind.value as Kind], row);
  }

  function stop(): void {
    clearInterval(playing);
    playing = undefined;
    play.textContent = 'Play it';
  }

  input.addEventListener('input', () => update());
  kind.addEventListener('change', () => {
    stop();
    draw();
  });
  for (const example of panel.querySelectorAll<HTMLButtonElement>('[data-example]'))
    example.addEventListener('click', () => {
      input.value = example.dataset.example ?? '';
      update();
    });
  play.addEventListener('click', () => {
    if (playing !== undefined) return stop();
    if (!reading) return;
    const { length } = reading.maps[kind.value as Kind].rows;
    let at = 0;
    view.choose(at);
    play.textContent = 'Stop';
    playing = setInterval(() => {
      at += 1;
      if (at < length) view.choose(at);
      else stop();
    }, BEAT);
  });

  return {
    async open(room) {
      demo = datesDemo(await room.model('dates'));
      update(reading ? view.row : TELLING);
    },
    leave() {
      stop();
      demo = null;
    },
  };
};
