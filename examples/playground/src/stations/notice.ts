// Notice: the same scene seen twice, by what stands out and by what is looked for.
import { type Field, type SaliencyDemo, saliencyDemo } from '../demos/saliency.js';
import { slot } from '../dom.js';
import { percent, strongest } from '../maps.js';
import type { MakeStation } from '../page/station.js';
import { editableScene, type Item, litScene, named } from '../views/scene.js';
import { type TokenStrip, tokenStrip } from '../views/tokens.js';

const [ROWS, COLUMNS] = [5, 8];
/** Where the odd ones of an example are. */
const [ODD, OTHER] = [2 * COLUMNS + 5, 3 * COLUMNS + 1];
const [ORANGE, FALLING] = [0, 3];
const FEATURES: readonly ((item: Item) => boolean)[] = [
  (item) => item.warm,
  (item) => !item.warm,
  (item) => item.rising,
  (item) => !item.rising,
];

/** Scenes as psychologists show them (Treisman and Gelade 1980), and which features to look for in each. */
const EXAMPLES: Readonly<Record<string, { item(at: number): Item; query: readonly number[] }>> = {
  two: { item: (at) => ({ warm: at === ODD, rising: at !== OTHER }), query: [FALLING] },
  colour: { item: (at) => ({ warm: at === ODD, rising: true }), query: [ORANGE] },
  direction: { item: (at) => ({ warm: false, rising: at !== ODD }), query: [FALLING] },
  both: {
    item(at) {
      const even = (Math.floor(at / COLUMNS) + at) % 2 === 0;
      return at === ODD ? { warm: true, rising: false } : { warm: even, rising: even };
    },
    query: [ORANGE, FALLING],
  },
  nothing: { item: () => ({ warm: false, rising: true }), query: [] },
};

/** Of a text: what a character can be. */
const KINDS: readonly ((c: string) => boolean)[] = [
  (c) => /\p{Ll}/u.test(c),
  (c) => /\p{Lu}/u.test(c),
  (c) => /\d/.test(c),
  (c) => /[^\p{L}\d\s]/u.test(c),
];
const LONGEST = 120;

export const notice: MakeStation = (panel, page) => {
  let items: Item[] = Array.from({ length: ROWS * COLUMNS }, (_, at) => EXAMPLES.two.item(at));
  let demo: SaliencyDemo | null = null;
  const editor = editableScene(COLUMNS, ROWS, (at) => {
    const { warm, rising } = items[at];
    // Round through the four kinds.
    items[at] = rising ? { warm, rising: false } : { warm: !warm, rising: true };
    update();
  });
  const drawn = litScene(COLUMNS, ROWS, (top) => `Bottom-up attention is strongest at ${top}`);
  const sent = litScene(COLUMNS, ROWS, (top) => `Top-down attention is strongest at ${top}`);
  slot(panel, 'editor').append(editor.element);
  slot(panel, 'bottom-up').append(drawn.element);
  slot(panel, 'top-down').append(sent.element);
  const wanted = [...panel.querySelectorAll<HTMLInputElement>('[data-feature]')];
  const text = slot<HTMLInputElement>(panel, 'text');
  const kind = slot<HTMLSelectElement>(panel, 'kind');

  function update(): void {
    if (!demo) return;
    const field: Field = {
      rows: ROWS,
      columns: COLUMNS,
      features: FEATURES.map((has) => items.map((item) => Number(has(item)))),
    };
    const { bottomUp, topDown, ms } = demo.look(
      field,
      wanted.map(({ checked }) => Number(checked)),
    );
    editor.draw(items, null);
    drawn.draw(items, bottomUp);
    sent.draw(items, topDown);
    slot(panel, 'drawn-says').textContent = saying(
      bottomUp,
      (at) => `the ${named(items[at])} one`,
      'Nothing stands out',
    );
    slot(panel, 'sent-says').textContent = wanted.some(({ checked }) => checked)
      ? saying(topDown, (at) => `the ${named(items[at])} one`, 'Nothing fits better than the rest')
      : 'Nothing is looked for: tick a feature.';
    page.timed('a scene looked at twice', ms);
  }

  let strips: { readonly drawn: TokenStrip; readonly sent: TokenStrip; readonly of: string } | null = null;
  function updateText(): void {
    const characters = [...text.value].slice(0, LONGEST);
    if (!demo || characters.length === 0) return;
    if (strips?.of !== characters.join('')) {
      const strip = (legend: string): TokenStrip => tokenStrip({ tokens: characters, legend, running: true });
      strips = { drawn: strip('Bottom-up'), sent: strip('Top-down'), of: characters.join('') };
      slot(panel, 'text-bottom-up').replaceChildren(strips.drawn.element);
      slot(panel, 'text-top-down').replaceChildren(strips.sent.element);
    }
    // Spaces are left out: an empty place would bring out whatever stands beside it.
    const places = [...characters.keys()].filter((i) => characters[i].trim() !== '');
    if (places.length === 0) return;
    const features = KINDS.map((is) => places.map((i) => Number(is(characters[i]))));
    const query = KINDS.map((_, k) => Number(k === Number(kind.value)));
    const looking = demo.look({ rows: 1, columns: places.length, features }, query);
    const spreadOut = (alpha: readonly number[]): number[] => {
      // Above the least one, so that a glow means more than elsewhere.
      const least = Math.min(...alpha);
      const all = new Array<number>(characters.length).fill(0);
      for (const [n, i] of places.entries()) all[i] = alpha[n] - least;
      return all;
    };
    strips.drawn.glow(spreadOut(looking.bottomUp));
    strips.sent.glow(spreadOut(looking.topDown));
    const seen = places.map((i) => characters[i]);
    slot(panel, 'text-says').textContent =
      `Drawn to ${listed(looking.bottomUp, seen)}; sent to ${listed(looking.topDown, seen)}.`;
    page.timed('a text looked at twice', looking.ms);
  }

  for (const example of panel.querySelectorAll<HTMLButtonElement>('[data-scene]'))
    example.addEventListener('click', () => {
      const { item, query } = EXAMPLES[example.dataset.scene ?? 'nothing'];
      items = items.map((_, at) => item(at));
      wanted.forEach((input, feature) => {
        input.checked = query.includes(feature);
      });
      update();
    });
  for (const input of wanted) input.addEventListener('change', update);
  text.addEventListener('input', updateText);
  kind.addEventListener('change', updateText);

  return {
    async open(room) {
      demo = saliencyDemo(room.engine);
      updateText();
      update();
    },
    leave() {
      demo = null;
    },
  };
};

/** Far above what chance gives each: then there is something to name. */
const ODDS = 4;

function saying(alpha: readonly number[], name: (at: number) => string, none: string): string {
  const top = strongest(alpha, alpha.length).filter(({ weight }) => weight > ODDS / alpha.length);
  if (top.length === 0) return `${none}: at most ${percent(Math.max(...alpha))} for one of ${alpha.length}.`;
  const together = top.reduce((sum, { weight }) => sum + weight, 0);
  const names = [...new Set(top.map(({ at }) => name(at)))].join(' and ');
  if (top.length === 1) return `It sees ${names}: ${percent(together)}.`;
  const all = top.length > 2 ? `${top.length} of them, like ${names}` : names;
  return `It sees ${all}: ${percent(together)} together.`;
}

function listed(alpha: readonly number[], characters: readonly string[]): string {
  const [{ weight: most }] = strongest(alpha, 1);
  const least = Math.min(...alpha);
  if (most < 1.2 * least) return 'nothing in particular';
  const bright = strongest(alpha, 5).filter(({ weight }) => weight > (most + least) / 2);
  return bright.map(({ at }) => `\u201c${characters[at]}\u201d`).join(' ');
}
