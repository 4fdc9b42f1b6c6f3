// Write: verse as it comes, and what each character of its end looked back at and led the model to expect.
import { type Insight, type WriterDemo, writerDemo } from '../demos/writer.js';
import { slot } from '../dom.js';
import { spoken, strongest, visible } from '../maps.js';
import { complain, type MakeStation, messageOf } from '../page/station.js';
import { bars } from '../views/bars.js';
import { stream } from '../views/stream.js';
import { type ExplorerOptions, explorer } from './explorer.js';

/** Looking inside takes about as long as this many characters: not after each of them. */
const LOOK_SHARE = 0.25;
const EXPECTED = 6;
/** Of all heads the one that looks farthest back. */
const FAR = { layer: 1, head: 2 };

export const write: MakeStation = (panel, page) => {
  const prompt = slot<HTMLTextAreaElement>(panel, 'prompt');
  const [temperature, length, seed] = ['temperature', 'length', 'seed'].map((name) =>
    slot<HTMLInputElement>(panel, name),
  );
  const [go, halt] = ['go', 'halt'].map((name) => slot<HTMLButtonElement>(panel, name));
  const speed = slot(panel, 'speed');
  const trouble = slot(panel, 'trouble');
  const text = stream('Text being written');
  const next = bars('What it expects next');
  const view = explorer(FAR);
  slot(panel, 'stream').append(text.element);
  slot(panel, 'next').append(next.element);
  slot(panel, 'explorer').append(view.element);
  let demo: WriterDemo | null = null;
  let insight: Insight | null = null;
  let running: AbortController | null = null;

  const shown: ExplorerOptions = {
    rows: 'of the text',
    columns: 'of the text',
    own: true,
    running: true,
    verb: (token) => `From \u201c${token}\u201d it looks back`,
    onRow(row) {
      if (!insight) return;
      const { expected, vocabulary, characters } = insight;
      const after = visible(characters[row]);
      slot(panel, 'after').textContent = after;
      next.draw(
        strongest(expected[row], EXPECTED).map(({ at, weight }) => ({
          name: visible(vocabulary[at]),
          share: weight,
        })),
      );
    },
  };

  function look(whole: string): number {
    if (!demo) return 0;
    insight = demo.look(whole);
    view.show(insight.maps, shown, insight.characters.length - 1);
    return insight.ms;
  }

  /** Whether the model can read the beginning; if not, why. */
  function readable(model: WriterDemo): boolean {
    const signs = model.unknown(prompt.value).map((c) => `\u201c${spoken(c)}\u201d`);
    const unknown = signs.length > 0 ? `It has never seen ${signs.join(' ')}.` : '';
    complain(trouble, prompt.value === '' ? 'Give it a beginning.' : unknown);
    return prompt.value !== '' && signs.length === 0;
  }

  async function run(): Promise<void> {
    if (!demo || !readable(demo)) return;
    running = new AbortController();
    const { signal } = running;
    busy(true);
    text.start(prompt.value);
    let whole = prompt.value;
    let count = 0;
    let looking = 0;
    const start = performance.now();
    try {
      const options = {
        length: Number(length.value),
        temperature: Number(temperature.value),
        seed: Number(seed.value),
        signal,
      };
      for await (const piece of demo.write(prompt.value, options)) {
        whole += piece;
        count += piece.length;
        text.push(piece);
        const elapsed = performance.now() - start;
        const rate = (1000 * count) / Math.max(1, elapsed - looking);
        speed.textContent = `${count} characters, ${Math.round(rate)} a second`;
        if (looking < LOOK_SHARE * elapsed) {
          const before = performance.now();
          look(whole);
          looking += performance.now() - before;
        }
      }
    } catch (error) {
      if (!signal.aborted) complain(trouble, messageOf(error));
    } finally {
      text.end();
      running = null;
      busy(false);
    }
    if (!demo) return;
    if (signal.aborted) speed.textContent += ', stopped';
    page.timed(`${count} characters written`, performance.now() - start - looking);
    look(whole);
  }

  function busy(on: boolean): void {
    const [from, to] = on ? [go, halt] : [halt, go];
    to.disabled = false;
    // The focus must not fall off the page when the button under it is switched off.
    if (document.activeElement === from) to.focus();
    from.disabled = true;
  }

  const shows = (input: HTMLInputElement): void => {
    slot(panel, `${input.dataset.slot}-value`).textContent = input.value;
  };
  for (const input of [temperature, length]) {
    input.addEventListener('input', () => shows(input));
    shows(input);
  }
  slot<HTMLFormElement>(panel, 'form').addEventListener('submit', (event) => {
    event.preventDefault();
    void run();
  });
  // What is typed is looked into at once, before anything is written.
  prompt.addEventListener('input', () => {
    if (running || !demo || !readable(demo)) return;
    text.start(prompt.value);
    text.end();
    speed.textContent = '';
    page.timed(`${prompt.value.length} characters read`, look(prompt.value));
  });
  halt.addEventListener('click', () => running?.abort());
  panel.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') running?.abort();
  });
  slot(panel, 'another').addEventListener('click', () => {
    seed.value = String(Number(seed.value) + 1);
    if (!running) void run();
  });

  return {
    async open(room) {
      demo = writerDemo(await room.model('shakespeare'));
      if (!insight) await run();
      else look(insight.characters.join(''));
    },
    leave() {
      running?.abort();
      demo = null;
    },
  };
};
