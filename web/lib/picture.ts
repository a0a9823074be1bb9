/** A plot as a picture that stands by itself: on paper, with a line for each layer below it. */

export interface Look {
  paper: string;
  ink: string;
  font: string;
  layers: readonly { label: string; colour: string }[];
}

const LINE = 22;
const MARGIN = 12;
const MARK = 12;

/** @param unit pixels of the drawing for one of the page. */
export function withLegend(drawn: HTMLCanvasElement, unit: number, isMirrored: boolean, look: Look): HTMLCanvasElement {
  const picture = document.createElement("canvas");
  const margin = MARGIN * unit;
  picture.width = drawn.width + 2 * margin;
  picture.height = drawn.height + (look.layers.length * LINE + 2 * MARGIN) * unit;
  const pen = picture.getContext("2d");
  if (!pen) return drawn;
  pen.fillStyle = look.paper;
  pen.fillRect(0, 0, picture.width, picture.height);
  pen.drawImage(drawn, margin, margin);
  pen.font = look.font;
  pen.textBaseline = "middle";
  pen.direction = isMirrored ? "rtl" : "ltr";
  pen.textAlign = "start";
  look.layers.forEach((layer, at) => {
    const y = drawn.height + 1.5 * margin + at * LINE * unit;
    const mark = MARK * unit;
    const x = isMirrored ? picture.width - margin - mark : margin;
    pen.fillStyle = layer.colour;
    pen.fillRect(x, y, mark, mark);
    pen.fillStyle = look.ink;
    pen.fillText(layer.label, isMirrored ? x - margin / 2 : x + mark + margin / 2, y + mark / 2);
  });
  return picture;
}
