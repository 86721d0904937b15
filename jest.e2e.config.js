import fast from "./jest.config.js";

/** Whole workflows, run by act against dist/: `npm run e2e` gets act first. */
export default { ...fast, testMatch: ["<rootDir>/__tests__/e2e/**/*.e2e.ts"], testTimeout: 600_000 };
