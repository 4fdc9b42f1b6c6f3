// Lets the event loop run, so that aborts, timers and other requests get their turn between two tokens.

/**
 * Resolves in a later turn of the event loop.  Browsers make nested timers wait four milliseconds, which is
 * longer than a small model takes for a token; messages are not held back.
 */
export function pause(): Promise<void> {
  if (typeof setImmediate === 'function') return new Promise((resolve) => setImmediate(resolve));
  if (typeof MessageChannel !== 'function') return new Promise((resolve) => setTimeout(resolve, 0));
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
