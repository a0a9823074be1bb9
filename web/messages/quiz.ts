/** Quizzes: taking one, writing one, and reading what was handed in. */

import { catalogue } from "../lib/language";

export const quiz = catalogue<typeof import("./quiz/en.json")>(
  import.meta.glob("./quiz/*.json", { import: "default" }),
);
