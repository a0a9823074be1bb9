/** The package has types for this in a place where bundlers do not look. */
declare module "@messageformat/core/compile-module.js" {
  import type MessageFormat from "@messageformat/core";

  const compileModule: (
    format: MessageFormat,
    messages: Readonly<Record<string, string>>,
  ) => string;
  export default compileModule;
}
