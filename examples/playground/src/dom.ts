// The few lines that a page without a framework needs.

type Attributes = Record<string, string | number | boolean | EventListener>;

/** An element with attributes (functions are listeners, false leaves out) and children. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  return dressed(document.createElement(tag), attributes, children);
}

/** The same in SVG. */
export function s<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): SVGElementTagNameMap[K] {
  return dressed(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

function dressed<E extends Element>(
  element: E,
  attributes: Attributes,
  children: readonly (Node | string)[],
): E {
  for (const [name, value] of Object.entries(attributes))
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value !== false) element.setAttribute(name, value === true ? '' : String(value));
  element.append(...children);
  return element;
}

/** The place in the page that is called so. @throws Error if the page has none */
export function slot<E extends HTMLElement = HTMLElement>(root: ParentNode, name: string): E {
  const found = root.querySelector<E>(`[data-slot="${name}"]`);
  if (!found) throw new Error(`the page has no place called ${name}`);
  return found;
}

/** A colour of the theme as the browser resolved it, for canvases. */
export function themeColour(within: Element, property: string): string {
  const probe = h('span');
  probe.style.color = `var(${property})`;
  within.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

let names = 0;
/** A name that no other element of the page has. */
export function unique(prefix: string): string {
  names += 1;
  return `${prefix}-${names}`;
}
