import { writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { type Command, note, print, stringOf, UsageError, type Values } from './command.js';
import { heatmapHtml, heatmapSvg, name } from './heatmap.js';
import { type AttentionMaps, attentionMaps, type MapChoice } from './maps.js';
import { MODEL_OPTIONS, withModel } from './model.js';
import { shippedModel } from './shipped.js';
import { hasColour, terminalMap } from './terminal-map.js';

/** Cells that a picture may have: some megabytes of SVG. */
const MOST_CELLS = 100_000;

export const attentionCommand: Command = {
  summary: 'Draw what a model attends to while it reads a text: any layer and head of any checkpoint.',
  usage: '[--model DIR] --text TEXT [--layer N] [--head N] [--out FILE.svg|FILE.html]',
  options: {
    ...MODEL_OPTIONS,
    text: { type: 'string', value: 'TEXT', help: 'what to read' },
    layer: { type: 'string', value: 'N', help: 'from 0 on, or all; default the last' },
    head: { type: 'string', value: 'N', help: 'from 0 on, all, or mean (default)' },
    out: { type: 'string', short: 'o', value: 'FILE', help: '.svg or .html; without it the map is printed' },
  },
  examples: [
    'fovea attention --text "the 3rd of May, 2019"',
    'fovea attention --text "the 3rd of May, 2019" --head all --out map.html',
    'fovea attention -m sentence-transformers/all-MiniLM-L6-v2 --text "The bank of the river." --layer all -o map.svg',
  ],

  async run(call) {
    const { values, positionals } = call;
    const text = stringOf(values, 'text') ?? positionals[0];
    if (text === undefined || positionals.length > (values.text === undefined ? 1 : 0))
      throw new UsageError('which text?  Give one with --text, in quotes');
    const out = stringOf(values, 'out');
    const kind = out === undefined ? '' : extname(out);
    if (out !== undefined && kind !== '.svg' && kind !== '.html')
      throw new UsageError(`--out must end in .svg or .html, got ${JSON.stringify(out)}`);
    const choice = choiceOf(values);
    const model = stringOf(values, 'model') ?? shippedModel('dates');
    await withModel({ ...call, values: { ...values, model } }, async (loaded) => {
      const maps = attentionMaps(loaded, text, choice);
      if (values.json === true) print(`${JSON.stringify({ text, ...maps })}\n`);
      if (out !== undefined) {
        const cells = maps.maps.length * maps.rows.length * maps.columns.length;
        if (cells > MOST_CELLS)
          throw new UsageError(
            `${cells} cells are too many for a picture (${MOST_CELLS}): a shorter text, or one --layer and --head`,
          );
        const title = `${text}${maps.answer === undefined ? '' : ` \u2192 ${maps.answer}`}`;
        await writeFile(out, kind === '.svg' ? heatmapSvg(maps, title) : heatmapHtml(maps, title));
        note(`wrote ${out}\n`);
      } else if (values.json !== true) print(printed(maps));
    });
  },
};

function printed(maps: AttentionMaps): string {
  const colour = hasColour();
  const drawn = maps.maps.map((map) => `${name(map.layer, map.head)}\n${terminalMap(maps, map, { colour })}`);
  return `${maps.answer === undefined ? '' : `${maps.answer}\n\n`}${drawn.join('\n')}`;
}

function choiceOf(values: Values): MapChoice {
  const of = (option: string, text: string): number | null => {
    if (text === 'all') return null;
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value))
      throw new UsageError(`--${option} must be a whole number or all, got ${JSON.stringify(text)}`);
    return value;
  };
  const head = stringOf(values, 'head') ?? 'mean';
  return {
    layer: of('layer', stringOf(values, 'layer') ?? '-1'),
    head: head === 'mean' ? head : of('head', head),
  };
}
