// The page: tabs, theme, one engine, and five stations that share it.
import { slot } from './dom.js';
import { facts } from './page/facts.js';
import { Room, type Settings } from './page/room.js';
import { complain, type MakeStation, messageOf, type Station } from './page/station.js';
import { tabs } from './page/tabs.js';
import { theme } from './page/theme.js';
import { ask } from './stations/ask.js';
import { notice } from './stations/notice.js';
import { point } from './stations/point.js';
import { read } from './stations/read.js';
import { write } from './stations/write.js';

const STATIONS: Readonly<Record<string, MakeStation>> = { notice, ask, read, point, write };

const trouble = slot(document, 'trouble');
const about = facts(slot(document, 'facts'), (settings) => void reopen(settings));
const made = new Map<string, Station>();
/** Stations that have been opened with this engine. */
let opened = new Set<string>();
let current = '';
let room: Promise<Room> = start({ variant: 'simd', threads: 1 });

theme(slot<HTMLButtonElement>(document, 'theme'));
const station = tabs(slot(document, 'tabs'), (name) => void show(name));
station.open(location.hash.slice(1));
// Kept for the next visit without a network; a page that may not have one works all the same.
if (isSecureContext && 'serviceWorker' in navigator)
  navigator.serviceWorker.register('service-worker.js').catch(() => undefined);

async function start(settings: Settings): Promise<Room> {
  const next = await Room.open(settings);
  about.show(next);
  return next;
}

async function show(name: string): Promise<void> {
  current = name;
  if (opened.has(name)) return;
  opened.add(name);
  const panel = slot(document, name);
  let it = made.get(name);
  if (!it) {
    it = STATIONS[name](panel, about);
    made.set(name, it);
  }
  panel.setAttribute('aria-busy', 'true');
  try {
    await it.open(await room);
    complain(trouble, '');
  } catch (error) {
    opened.delete(name);
    complain(trouble, `This station cannot run here: ${messageOf(error)}`);
  } finally {
    panel.removeAttribute('aria-busy');
  }
}

/** Another engine in place of this one; if it cannot be had, this one stays. */
async function reopen(settings: Settings): Promise<void> {
  const old = room;
  try {
    const next = await start(settings);
    for (const it of made.values()) it.leave?.();
    room = Promise.resolve(next);
    opened = new Set();
    await show(current);
    (await old).close();
  } catch (error) {
    complain(trouble, `That engine cannot be had here: ${messageOf(error)}`);
    about.show(await old);
  }
}
