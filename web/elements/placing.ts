/** Put something that floats beside what it belongs to, inside the window. */

const GAP = 4;
const EDGE = 8;

/** Below the anchor with aligned ends, or above it where there is more room. */
export function place(floating: HTMLElement, anchor: DOMRect, align: "start" | "end" = "end"): void {
  const { offsetWidth: width, offsetHeight: height } = floating;
  const isLeftToRight = getComputedStyle(floating).direction !== "rtl";
  const alignsRight = (align === "end") === isLeftToRight;
  const wished = alignsRight ? anchor.right - width : anchor.left;
  const left = Math.max(EDGE, Math.min(wished, innerWidth - width - EDGE));
  const below = anchor.bottom + GAP;
  const fitsBelow = below + height <= innerHeight - EDGE;
  const top = fitsBelow ? below : Math.max(EDGE, Math.min(anchor.top - GAP - height, innerHeight - height - EDGE));
  floating.style.left = `${left}px`;
  floating.style.top = `${top}px`;
}
