/** The tests that CI runs on every change. What installs gigabytes is in `jest.slow.config.js`. */
export default {
  preset: "ts-jest/presets/default-esm",
  testEnvironment: "node",
  moduleNameMapper: { "^(\\.{1,2}/.*)\\.js$": "$1" },
  testMatch: ["<rootDir>/__tests__/**/*.test.ts"],
  testTimeout: 120_000,
  // Jest leaves one processor idle by default; on two that halves the work.
  maxWorkers: "100%",
};
