/**
 * A signal that Ctrl-C aborts: the run stops after its step and saves.  A second Ctrl-C ends the process as ever.
 * @returns {{ signal: AbortSignal, release: () => void }}
 */
export function interruptible() {
  const controller = new AbortController();
  const onSignal = () => {
    process.stderr.write('stopping after this step; once more to stop at once\n');
    controller.abort(new Error('interrupted'));
    release();
  };
  const release = () => {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return { signal: controller.signal, release };
}
