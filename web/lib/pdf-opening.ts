/** Opening a document: where pdf.js finds what it needs, and why it came to nothing. */

import {
  getDocument, GlobalWorkerOptions, InvalidPDFException, ResponseException, version, type PDFDocumentLoadingTask,
} from "pdfjs-dist";
import workerUrl from "pdfjs-dist/build/pdf.worker.min.mjs?url";

GlobalWorkerOptions.workerSrc = workerUrl;

/** Put there by the build (`build/pdf-files.ts`), from our own origin as the policy wants it. */
const FILES = `/assets/pdf-${version}`;

export type Trouble = "missing" | "forbidden" | "broken" | "elsewhere" | "unreachable";

const HTTP: Readonly<Record<number, Trouble>> = { 401: "forbidden", 403: "forbidden", 404: "missing", 410: "missing" };

export function opening(url: URL): PDFDocumentLoadingTask {
  return getDocument({
    url: url.href,
    cMapUrl: `${FILES}/cmaps/`,
    standardFontDataUrl: `${FILES}/standard_fonts/`,
    wasmUrl: `${FILES}/wasm/`,
    iccUrl: `${FILES}/iccs/`,
    // No eval: the content policy allows none.
    isEvalSupported: false,
  });
}

/** Of another host's refusal a page learns nothing; it looks like a line that is down. */
export function troubleOf(error: unknown, url: URL): Trouble {
  if (error instanceof InvalidPDFException) return "broken";
  if (error instanceof ResponseException) {
    // Zero: no answer at all.
    const known = HTTP[error.status];
    if (known) return known;
  }
  return url.origin === location.origin ? "unreachable" : "elsewhere";
}
