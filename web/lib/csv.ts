/** Tables as CSV (RFC 4180): written by us, and read from files of whatever encoding. */

export const toCsv = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => row.map(quoted).join(",")).join("\r\n");

const quoted = (text: string): string =>
  /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** For people who open the table in a spreadsheet: nothing in it is taken for a formula. */
export const harmless = (text: string): string => (/^[=+\-@\t\r]/u.test(text) ? `'${text}` : text);

/**
 * Read the text of a file. Spreadsheets save lists as UTF-8 with and without a mark, as UTF-16,
 * and as the old Western code page; what is not UTF-8 is taken for that.
 */
export function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  const wide = withoutMark(bytes);
  if (wide) return new TextDecoder(wide).decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/** UTF-16 that says nothing of it: every second byte of plain letters is nought. */
function withoutMark(bytes: Uint8Array): "utf-16le" | "utf-16be" | null {
  const looked = bytes.subarray(0, 200);
  const noughts = [0, 0];
  looked.forEach((byte, at) => {
    if (byte === 0) noughts[at % 2] = (noughts[at % 2] ?? 0) + 1;
  });
  const most = looked.length / 4;
  if ((noughts[1] ?? 0) > most) return "utf-16le";
  return (noughts[0] ?? 0) > most ? "utf-16be" : null;
}
