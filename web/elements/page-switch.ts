/** The language and the colours of the pages, chosen on this device. */

import { css, html, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { keep, LANGUAGES, language, speak, type Language } from "../lib/language";
import type { MenuGroup } from "../lib/menu";
import { chooseTheme, theme, THEMES } from "../lib/theme";
import { common } from "../messages/common";
import "./menu-button";
import { UsherElement } from "./usher-element";

@customElement("page-switch")
export class PageSwitch extends UsherElement {
  static override styles = css`:host { display: inline-flex; }`;

  protected override render(): TemplateResult {
    return html`<menu-button small label=${common("switch")} text=${LANGUAGES[language()]}
      .items=${menu}></menu-button>`;
  }
}

function menu(): MenuGroup[] {
  return [
    {
      label: common("switch.language"),
      isChoice: true,
      items: (Object.keys(LANGUAGES) as Language[]).map((tag) => ({
        label: LANGUAGES[tag],
        isChecked: tag === language(),
        act: () => {
          keep(tag);
          void speak(tag);
        },
      })),
    },
    {
      label: common("switch.theme"),
      isChoice: true,
      items: THEMES.map((one) => ({
        label: common(`theme.${one}`),
        isChecked: one === theme(),
        act: () => chooseTheme(one),
      })),
    },
  ];
}
