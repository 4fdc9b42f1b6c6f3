// Light or dark as the system says, or as the button says, which is remembered.

const KEY = 'fovea-theme';

export function theme(button: HTMLButtonElement): void {
  const root = document.documentElement;
  const system = matchMedia('(prefers-color-scheme: dark)');
  const dark = (): boolean => (root.dataset.theme ? root.dataset.theme === 'dark' : system.matches);
  const apply = (): void => {
    button.setAttribute('aria-pressed', String(dark()));
    // Canvases have no styles of their own: they are drawn again.
    document.dispatchEvent(new Event('themechange'));
  };
  const stored = remembered();
  if (stored === 'dark' || stored === 'light') root.dataset.theme = stored;
  button.addEventListener('click', () => {
    root.dataset.theme = dark() ? 'light' : 'dark';
    remember(root.dataset.theme);
    apply();
  });
  system.addEventListener('change', apply);
  apply();
}

/** A page may be refused its storage; then nothing is remembered. */
function remembered(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function remember(value: string): void {
  try {
    localStorage.setItem(KEY, value);
  } catch {}
}
