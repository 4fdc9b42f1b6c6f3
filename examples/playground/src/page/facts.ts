// What the page runs on: build, threads and times, and the two settings that change them.
import { slot } from '../dom.js';
import type { Room, Settings } from './room.js';

export interface Facts {
  show(room: Room): void;
  timed(what: string, ms: number): void;
}

export function facts(root: HTMLElement, onSettings: (settings: Settings) => void): Facts {
  const [variant, threads] = ['variant', 'threads'].map((name) => slot<HTMLSelectElement>(root, name));
  const changed = (): void =>
    onSettings({
      variant: variant.value as Settings['variant'],
      threads: threads.value === 'auto' ? 'auto' : Number(threads.value),
    });
  variant.addEventListener('change', changed);
  threads.addEventListener('change', changed);
  return {
    show({ engine, openMs }) {
      slot(root, 'build').textContent = engine.variant;
      slot(root, 'count').textContent = String(engine.threads);
      slot(root, 'opened').textContent = time(openMs);
      slot(root, 'reason').textContent = engine.threadsReason ?? '';
      const relaxed = variant.querySelector<HTMLOptionElement>('option[value="relaxed"]');
      if (relaxed) relaxed.disabled = !engine.features.relaxedSimd;
    },
    timed(what, ms) {
      slot(root, 'what').textContent = what;
      slot(root, 'last').textContent = time(ms);
    },
  };
}

function time(ms: number): string {
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}
