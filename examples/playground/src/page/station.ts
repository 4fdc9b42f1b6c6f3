// What the page knows of a station, and what a station may ask of the page.
import type { Room } from './room.js';

export interface Page {
  /** What has just been computed and how long it took, e.g. "a date read", 8.1 */
  timed(what: string, ms: number): void;
}

export interface Station {
  /** Called when the station is shown for the first time, and again with every new engine. */
  open(room: Room): Promise<void>;
  /** Called before the engine goes away. */
  leave?(): void;
}

export type MakeStation = (panel: HTMLElement, page: Page) => Station;

/** Shows what a station has to complain about, and takes it away again. */
export function complain(place: HTMLElement, message: string): void {
  place.textContent = message;
  place.hidden = message === '';
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
