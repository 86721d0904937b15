// Writes docs/report.schema.json from the schema in src/model/report.ts. Run by Node 24.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import * as prettier from "prettier";
import ts from "typescript";

// The sources import each other as `.js`, as they are called once built.
registerHooks({
  resolve(specifier, context, next) {
    const source = specifier.startsWith(".") && new URL(specifier.replace(/\.js$/, ".ts"), context.parentURL);
    return source && existsSync(source) ? { url: source.href, shortCircuit: true } : next(specifier, context);
  },
  load(url, context, next) {
    if (!url.endsWith(".ts")) return next(url, context);
    const compilerOptions = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext };
    const { outputText } = ts.transpileModule(readFileSync(fileURLToPath(url), "utf8"), { compilerOptions });
    return { format: "module", source: outputText, shortCircuit: true };
  },
});

const { z } = await import("zod");
const { REPORT_SCHEMA } = await import("../src/model/report.js");
const file = fileURLToPath(new URL("../docs/report.schema.json", import.meta.url));
const options = { ...(await prettier.resolveConfig(file)), filepath: file };
writeFileSync(file, await prettier.format(JSON.stringify(z.toJSONSchema(REPORT_SCHEMA)), options));
