/** Style sheets of elements: the shared controls first, then the element's own. */

import { unsafeCSS, type CSSResult } from "lit";
import controls from "../styles/controls.css?inline";

const CONTROLS = unsafeCSS(controls);

/** Make `static styles` from files of ours; text from anywhere else must never come here. */
export function sheets(...own: string[]): CSSResult[] {
  return [CONTROLS, ...own.map((text) => unsafeCSS(text))];
}

/** For elements that are nothing but a window: in the page they take no place, not even a gap. */
export const windowHost = ":host { display: contents; }";
