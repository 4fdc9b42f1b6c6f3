// Point: numbers go in, and the answer is one place of the input after another.
import { numbersIn, type Sorting, sortDemo } from '../demos/pointer.js';
import { slot } from '../dom.js';
import { complain, type MakeStation, messageOf } from '../page/station.js';
import { type ExplorerOptions, explorer } from './explorer.js';

const MOST = 24;
/** Milliseconds at each step when it is played. */
const BEAT = 700;
/** In the middle of the answer there is something to see: some are struck out. */
const TELLING = 4;

export const point: MakeStation = (panel, page) => {
  const input = slot<HTMLInputElement>(panel, 'numbers');
  const trouble = slot(panel, 'trouble');
  const verdict = slot(panel, 'verdict');
  const play = slot<HTMLButtonElement>(panel, 'play');
  const view = explorer();
  slot(panel, 'explorer').append(view.element);
  let demo: ReturnType<typeof sortDemo> | null = null;
  let sorting: Sorting | null = null;
  let playing: ReturnType<typeof setInterval> | undefined;

  const shown: ExplorerOptions = {
    rows: 'pointed at, in turn',
    columns: 'as they came',
    verb: (_, row) => `At step ${row + 1} it points`,
    // What has been pointed at is out of the running.
    onRow: (row, { columns }) => columns.strike(sorting?.order.slice(0, row) ?? []),
  };

  function update(row = TELLING): void {
    if (!demo) return;
    stop();
    const { numbers, refused } = numbersIn(input.value);
    const used = numbers.slice(0, MOST);
    const notes = [
      refused.length > 0
        ? `It knows whole numbers from 0 to 99, so these were left out: ${refused.join(' ')}.`
        : '',
      numbers.length > MOST ? `The first ${MOST} were taken.` : '',
      used.length === 0 ? 'Type some numbers, or shuffle.' : '',
    ];
    complain(trouble, notes.filter((note) => note !== '').join(' '));
    if (used.length === 0) return;
    try {
      sorting = demo.sort(used);
    } catch (error) {
      complain(trouble, messageOf(error));
      return;
    }
    verdict.textContent = sorting.correct
      ? 'in order'
      : 'not quite in order: it has learned this, nobody programmed it';
    verdict.classList.toggle('wrong', !sorting.correct);
    page.timed(`${used.length} numbers sorted`, sorting.ms);
    view.show(sorting.maps, shown, row);
  }

  function stop(): void {
    clearInterval(playing);
    playing = undefined;
    play.textContent = 'Play it';
  }

  input.addEventListener('input', () => update());
  for (const example of panel.querySelectorAll<HTMLButtonElement>('[data-example]'))
    example.addEventListener('click', () => {
      input.value = example.dataset.example ?? '';
      update();
    });
  slot(panel, 'shuffle').addEventListener('click', () => {
    const count = Number(slot<HTMLInputElement>(panel, 'count').value);
    input.value = Array.from({ length: count }, () => Math.floor(100 * Math.random())).join(' ');
    update();
  });
  play.addEventListener('click', () => {
    if (playing !== undefined) return stop();
    if (!sorting) return;
    const { length } = sorting.order;
    let step = 0;
    view.choose(step);
    play.textContent = 'Stop';
    playing = setInterval(() => {
      step += 1;
      if (step < length) view.choose(step);
      else stop();
    }, BEAT);
  });

  return {
    async open(room) {
      demo = sortDemo(await room.model('sort'));
      update(sorting ? view.row : TELLING);
    },
    leave() {
      stop();
      demo = null;
    },
  };
};
