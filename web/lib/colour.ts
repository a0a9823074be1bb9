/** Colours for what is painted and not styled: a canvas knows neither custom properties nor light and dark. */

/** What changes which colour a name stands for; the choice of the page is on its root, see `theme.ts`. */
const SCHEMES = ["(prefers-color-scheme: dark)", "(forced-colors: active)", "(prefers-contrast: more)"];

/**
 * Say what colour some names stand for, here and now.
 *
 * The value of a custom property is its text, `light-dark(…)` and all. Only a property that takes a colour
 * resolves it, so an element that nobody sees tries each of them.
 */
export function coloursIn(root: ShadowRoot): (name: string) => string {
  return (name) => {
    const probe = document.createElement("i");
    probe.hidden = true;
    // Forced colours would make each of them that of text; names that are given system colours have them anyway.
    probe.style.setProperty("forced-color-adjust", "none");
    probe.style.color = `var(${name})`;
    root.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  };
}

/** Call when colours may have changed, until the function that is given back is called. */
export function onColours(changed: () => void): () => void {
  const schemes = SCHEMES.map((scheme) => matchMedia(scheme));
  const root = new MutationObserver(changed);
  for (const scheme of schemes) scheme.addEventListener("change", changed);
  root.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  return () => {
    root.disconnect();
    for (const scheme of schemes) scheme.removeEventListener("change", changed);
  };
}
