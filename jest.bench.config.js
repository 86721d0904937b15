import fast from "./jest.config.js";

/** What the bundle downloads, installs, resolves, compresses and holds in memory; never how long it takes. Real and synthetic apps over loopback. */
export default { ...fast, testMatch: ["<rootDir>/__tests__/bench/**/*.bench.ts"], testTimeout: 600_000 };
