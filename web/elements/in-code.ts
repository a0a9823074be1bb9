/** Texts of the server's own descriptions, in which names of programs stand in backticks. */

import { html, type TemplateResult } from "lit";

/** A text with what stands in backticks set as code. */
export function inCode(text: string): TemplateResult {
  const parts = text.split(/`([^`]+)`/u);
  return html`${parts.map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : part))}`;
}
