// Ask: the two steps of soft attention where all of it can be seen.
import { type Point, type SoftDemo, softDemo } from '../demos/soft.js';
import { slot } from '../dom.js';
import { percent } from '../maps.js';
import type { MakeStation } from '../page/station.js';
import { bars } from '../views/bars.js';
import { plane } from '../views/plane.js';

const INPUTS: readonly { name: string; at: Point }[] = [
  { name: 'A', at: [0.85, 0.35] },
  { name: 'B', at: [0.3, 0.9] },
  { name: 'C', at: [-0.75, 0.5] },
  { name: 'D', at: [-0.45, -0.8] },
  { name: 'E', at: [0.6, -0.6] },
];

export const ask: MakeStation = (panel, page) => {
  const [x, y, sharpness] = ['x', 'y', 'sharpness'].map((name) => slot<HTMLInputElement>(panel, name));
  const hard = slot<HTMLInputElement>(panel, 'hard');
  const view = plane(([px, py]) => {
    x.value = px.toFixed(2);
    y.value = py.toFixed(2);
    update();
  });
  const [scores, alpha] = [bars('Scores'), bars('Attention distribution')];
  slot(panel, 'plane').append(view.element);
  slot(panel, 'scores').append(scores.element);
  slot(panel, 'alpha').append(alpha.element);
  let demo: SoftDemo | null = null;

  function update(): void {
    if (!demo) return;
    const query: Point = [Number(x.value), Number(y.value)];
    const start = performance.now();
    const asked = demo.ask(
      INPUTS.map(({ at }) => at),
      query,
      Number(sharpness.value),
      hard.checked,
    );
    page.timed('a question answered', performance.now() - start);
    for (const input of [x, y, sharpness])
      slot(panel, `${input.dataset.slot}-value`).textContent = input.value;
    const most = Math.max(...asked.scores.map(Math.abs), 1e-6);
    scores.draw(
      INPUTS.map(({ name }, i) => ({
        name,
        share: Math.abs(asked.scores[i]) / most,
        note: asked.scores[i].toFixed(2).replace('-', '\u2212'),
        kind: asked.scores[i] < 0 ? 'negative' : 'score',
      })),
    );
    alpha.draw(INPUTS.map(({ name }, i) => ({ name, share: asked.alpha[i] })));
    const inputs = INPUTS.map(({ name, at }, i) => ({ name, at, weight: asked.alpha[i] }));
    view.draw({ inputs, query, read: asked.read });
    const top = asked.alpha.indexOf(Math.max(...asked.alpha));
    const [rx, ry] = asked.read.map((v) => v.toFixed(2));
    slot(panel, 'says').textContent = hard.checked
      ? `Only ${INPUTS[top].name} is read: (${rx}, ${ry}).`
      : `${INPUTS[top].name} gets most, ${percent(asked.alpha[top])}; what is read is (${rx}, ${ry}), a mixture.`;
  }

  for (const input of [x, y, sharpness, hard]) input.addEventListener('input', update);
  return {
    async open(room) {
      demo = softDemo(room.engine);
      update();
    },
    leave() {
      demo = null;
    },
  };
};
