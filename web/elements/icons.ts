/** Line icons on a grid of 24, drawn for this project. They say nothing: words beside them do. */

import { html, svg, type TemplateResult } from "lit";

const PATHS = {
  hand: "M7 12V5.5a1.5 1.5 0 0 1 3 0V11m0-6.5v-1a1.5 1.5 0 0 1 3 0V11m0-6a1.5 1.5 0 0 1 3 0v7m0-4a1.5 1.5 0 0 1 3 0v7a6 6 0 0 1-6 6h-1.5a6 6 0 0 1-4.8-2.4L3.6 15a1.6 1.6 0 0 1 2.4-2l1 1",
  mic: "M12 3a3 3 0 0 0-3 3v6a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3ZM5 11.5a7 7 0 0 0 14 0M12 18.5V22",
  micOff: "m3 3 18 18M9 9v3a3 3 0 0 0 4.6 2.5M15 11V6a3 3 0 0 0-5.8-1M5 11.5a7 7 0 0 0 11.2 5.6m2.2-3a7 7 0 0 0 .6-2.6M12 18.5V22",
  camera: "M4.5 6h8A2.5 2.5 0 0 1 15 8.5v7a2.5 2.5 0 0 1-2.5 2.5h-8A2.5 2.5 0 0 1 2 15.5v-7A2.5 2.5 0 0 1 4.5 6ZM15 10.5l7-3.5v10l-7-3.5",
  cameraOff: "m3 3 18 18M10 6h2.5A2.5 2.5 0 0 1 15 8.5V11m0 3 7 3.5v-10l-7 3.5M15 15.5a2.5 2.5 0 0 1-2.5 2.5h-8A2.5 2.5 0 0 1 2 15.5v-7A2.5 2.5 0 0 1 4.5 6H5",
  more: "M12 6h.01M12 12h.01M12 18h.01",
  close: "m6 6 12 12M18 6 6 18",
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14Zm5 12 5 5",
  chevron: "m9 6 6 6-6 6",
  back: "m15 6-6 6 6 6",
  copy: "M10 8h9a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1V9a1 1 0 0 1 1-1Zm5-4H5a1 1 0 0 0-1 1v11",
  check: "m5 12.5 4.5 4.5L19 7.5",
  lock: "M6 11h12a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1v-8a1 1 0 0 1 1-1Zm2 0V7.5a4 4 0 0 1 8 0V11",
  people: "M9 4a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7ZM2.5 20a6.5 6.5 0 0 1 13 0M16 4.3a3.5 3.5 0 0 1 0 6.4M18 14a6.5 6.5 0 0 1 3.5 6",
  shield: "M12 3 5 5.5V11c0 4.6 2.9 8 7 10 4.1-2 7-5.4 7-10V5.5L12 3Zm-3 8.7 2.2 2.2 3.8-4.2",
  invite: "M9.5 4a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7ZM3 20a6.5 6.5 0 0 1 13 0M19 8v6m-3-3h6",
  plus: "M12 5v14M5 12h14",
  share: "M12 15V4m-4 4 4-4 4 4M5 13v6a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1v-6",
  leave: "M14 4H6a1 1 0 0 0-1 1v14a1 1 0 0 0 1 1h8M10 12h11m-4-4 4 4-4 4",
  clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 4.5V12l3 2",
  devices: "M4 5h13a1 1 0 0 1 1 1v3M10 17H3M3 6v8a1 1 0 0 0 1 1h7m5-3h5a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-5a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1Z",
  play: "M8 5.5v13l11-6.5-11-6.5Z",
  file: "M13.5 3H7a1 1 0 0 0-1 1v16a1 1 0 0 0 1 1h10a1 1 0 0 0 1-1V7.5L13.5 3Zm0 0v4.5H18",
  quiz: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .7-1 1.7M12 17h.01",
  stage: "M4 5h16v10H4zM8 20h8M12 15v5",
  mail: "M4 6h16a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1Zm-1 1.5 9 6 9-6",
  warning: "M12 4 2.5 20h19L12 4Zm0 6v5m0 2.5h.01",
  pencil: "m4 20 1-4L16.5 4.5a1.5 1.5 0 0 1 2 0l1 1a1.5 1.5 0 0 1 0 2L8 19l-4 1Z",
  up: "m6 15 6-6 6 6",
  down: "m6 9 6 6 6-6",
  grip: "M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01",
  trash: "M5 7h14M10 7V5a1 1 0 0 1 1-1h2a1 1 0 0 1 1 1v2m-7 0 1 12a1 1 0 0 0 1 1h6a1 1 0 0 0 1-1l1-12M10 11v5m4-5v5",
  download: "M12 4v11m-4-4 4 4 4-4M5 19h14",
  print: "M7 8V4h10v4M7 17H5a1 1 0 0 1-1-1v-6a2 2 0 0 1 2-2h12a2 2 0 0 1 2 2v6a1 1 0 0 1-1 1h-2M7 14h10v6H7z",
} as const;

export type IconName = keyof typeof PATHS;

export function icon(name: IconName): TemplateResult {
  return html`<svg
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    stroke-width=${name === "more" || name === "grip" ? 3 : 1.75}
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
  >${svg`<path d=${PATHS[name]}></path>`}</svg>`;
}
