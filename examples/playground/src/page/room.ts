// The engine that the page works with, and the models in it, each fetched when it is first asked for.
import { createEngine, type Engine, fromPretrained, memorySource, type Pretrained } from 'fovea';

export interface Settings {
  readonly variant: 'simd' | 'relaxed';
  readonly threads: number | 'auto';
}

export class Room {
  readonly #models = new Map<string, Promise<Pretrained>>();

  private constructor(
    readonly engine: Engine,
    readonly settings: Settings,
    /** milliseconds from asking for it until it could be used */
    readonly openMs: number,
  ) {}

  /** @throws the package's errors, where there is no SIMD or the build cannot be had */
  static async open(settings: Settings): Promise<Room> {
    const start = performance.now();
    const { variant, threads } = settings;
    // The reproducible build comes with the package's JavaScript; the other one is a file of its own.
    const module = variant === 'relaxed' ? await bytesOf('relaxed.wasm') : undefined;
    const engine = await createEngine(module ? { variant, module } : { variant, threads, threadWorker });
    return new Room(engine, settings, performance.now() - start);
  }

  /** One of the shipped models. */
  model(name: string): Promise<Pretrained> {
    let loaded = this.#models.get(name);
    if (!loaded) {
      loaded = this.#load(name);
      this.#models.set(name, loaded);
      // What failed may be asked for again.
      loaded.catch(() => this.#models.delete(name));
    }
    return loaded;
  }

  close(): void {
    this.engine.dispose();
  }

  async #load(name: string): Promise<Pretrained> {
    const index = JSON.parse(new TextDecoder().decode(await bytesOf('models/index.json'))) as Record<
      string,
      string[]
    >;
    const files = await Promise.all(
      index[name].map(async (file) => [file, await bytesOf(`models/${name}/${file}`)] as const),
    );
    return fromPretrained(this.engine, memorySource(files, name));
  }
}

/** build.mjs makes this script of `fovea/thread`. */
function threadWorker(): Worker {
  return new Worker('thread.js', { type: 'module' });
}

async function bytesOf(path: string): Promise<Uint8Array> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: the server answers ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
