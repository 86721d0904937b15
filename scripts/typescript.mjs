// For `node --import`: runs this project's TypeScript as it stands, threads included (Node >= 22.15; the bundle needs none of it).
import { readFileSync } from "node:fs";
import { registerHooks, stripTypeScriptTypes } from "node:module";
import { fileURLToPath } from "node:url";

registerHooks({
  // TypeScript's convention: an import of "./x.js" means the source ./x.ts.
  resolve: (specifier, context, next) => {
    const source = context.parentURL?.endsWith(".ts") && /^\.{1,2}\//.test(specifier);
    return next(source ? specifier.replace(/\.js$/, ".ts") : specifier, context);
  },
  // Node's own loader refuses what can't be erased, such as parameter properties.
  load: (url, context, next) => {
    if (!/^file:.*\.ts$/.test(url) || url.includes("/node_modules/")) return next(url, context);
    const source = stripTypeScriptTypes(readFileSync(fileURLToPath(url), "utf8"), { mode: "transform" });
    return { format: "module", shortCircuit: true, source };
  },
});
