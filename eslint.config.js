import js from "@eslint/js";
import importX from "eslint-plugin-import-x";
import ts from "typescript-eslint";

/** The direction of `docs/architecture.md`: model, then the pure stages, then the edges, then the pipeline, then the roots. */
const PURE = ["advise", "attribute", "compare", "judge", "report", "render", "events", "history"];
const EDGES = [
  ...["revisions", "app", "python", "tools", "manifests", "resolve", "install", "predict", "weigh", "store", "system"],
  ...["sandbox", "github", "publish", "sniff", "imports", "quantise"],
];
const stage = (names) => names.map((name) => `./src/${name}`);
const zones = [
  {
    target: "./src/model",
    from: ["./src/config", "./src/platforms", "./src/pipeline", ...stage([...PURE, ...EDGES])],
  },
  ...stage(PURE).map((target) => ({
    target,
    from: ["./src/pipeline", "./src/gather", "./src/runner", "./src/terminal", "./src/config", ...stage(EDGES)],
    message: "A pure stage knows the model only.",
  })),
  ...stage(EDGES).map((target) => ({
    target,
    from: ["./src/pipeline", "./src/gather", "./src/runner", "./src/terminal", ...stage(PURE)],
    message: "An edge knows the model and other edges only.",
  })),
];

/** Runs in a browser: of this project it knows what is pure. */
const PAGE = {
  target: "./src/page",
  from: ["./src/pipeline", "./src/gather", "./src/runner", "./src/terminal", "./src/config", ...stage(EDGES)],
  message: "The page runs in a browser: it knows the model and pure stages only.",
};

export default ts.config(
  { ignores: ["dist/", "node_modules/", "coverage/", ".tmp/"] },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [ts.configs.strictTypeChecked, ts.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { "import-x": importX },
    rules: {
      "import-x/no-restricted-paths": ["error", { zones: [...zones, PAGE] }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/consistent-type-imports": "error",
    },
  },
  {
    files: [...stage(PURE).map((path) => `${path.slice(2)}/**/*.ts`), "src/model/**/*.ts", "src/page/**/*.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: [{ group: ["node:*", "@actions/*"], message: "No input or output in the pure core." }] },
      ],
    },
  },
  {
    files: ["**/*.js", "**/*.mjs"],
    languageOptions: {
      globals: {
        process: "readonly",
        console: "readonly",
        Buffer: "readonly",
        URL: "readonly",
        performance: "readonly",
        fetch: "readonly",
        setTimeout: "readonly",
      },
    },
  },
);
