// Tabs after the WAI-ARIA pattern: one tab stop, arrow keys between tabs; the address names the open one.

export function tabs(list: HTMLElement, onOpen: (name: string) => void): { open(name: string): void } {
  const all = [...list.querySelectorAll<HTMLElement>('[role="tab"]')];
  const nameOf = (tab: HTMLElement): string => tab.dataset.station ?? '';
  const panelOf = (tab: HTMLElement): HTMLElement | null =>
    document.getElementById(tab.getAttribute('aria-controls') ?? '');

  function open(name: string): void {
    const chosen = all.find((tab) => nameOf(tab) === name) ?? all[0];
    for (const tab of all) {
      const on = tab === chosen;
      tab.setAttribute('aria-selected', String(on));
      tab.tabIndex = on ? 0 : -1;
      const panel = panelOf(tab);
      if (panel) panel.hidden = !on;
    }
    onOpen(nameOf(chosen));
  }

  for (const tab of all)
    tab.addEventListener('click', () => {
      history.replaceState(null, '', `#${nameOf(tab)}`);
      open(nameOf(tab));
    });
  list.addEventListener('keydown', (event) => {
    const at = all.indexOf(document.activeElement as HTMLElement);
    const last = all.length - 1;
    const to = {
      ArrowRight: at === last ? 0 : at + 1,
      ArrowLeft: at === 0 ? last : at - 1,
      Home: 0,
      End: last,
    }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    all[to].focus();
    all[to].click();
  });
  window.addEventListener('hashchange', () => open(location.hash.slice(1)));
  return { open };
}
