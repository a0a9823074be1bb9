/** The mark and the name at the top of a page. */

import { html, type TemplateResult } from "lit";

export const brand = (): TemplateResult => html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.25"
    stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
    <path d="M5 21V4.500A1.500 1.500 0 0 1 6.500 3h7M3 21h18M13.500 3 19 6v15M15.500 12v1.500"></path>
  </svg>
  <span>usher</span>`;
