import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { compress } from "./build/compress.ts";
import { guides } from "./build/guides.ts";
import { messages } from "./build/messages.ts";
import { pdfFiles } from "./build/pdf-files.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** One HTML file for each page that the server hands out, by the name it knows it under. */
const PAGES = [
  "index", "entry", "attendance", "audit", "join", "sign-in", "room", "embed", "lti", "docs", "outbox", "operator", "webhooks",
  "not-found",
];

export default defineConfig({
  root: here("pages"),
  publicDir: here("public"),
  plugins: [messages(), guides(here("..")), pdfFiles(), compress()],
  build: {
    outDir: here("dist"),
    emptyOutDir: true,
    // Newer than scripts need: the colours are written with light-dark().
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    target: "es2022",
    // The polyfill is for browsers that our target leaves out.
    modulePreload: { polyfill: false },
    rolldownOptions: { input: PAGES.map((page) => here(`pages/${page}.html`)) },
  },
  server: { fs: { allow: [here(".")] } },
  test: {
    root: here("."),
    include: ["tests/**/*.test.ts"],
    restoreMocks: true,
    setupFiles: [here("tests/setup.ts")],
  },
});
