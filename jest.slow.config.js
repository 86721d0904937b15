import fast from "./jest.config.js";

/** TensorFlow with every package manager: minutes and gigabytes. Run before a release. */
export default { ...fast, testMatch: ["<rootDir>/__tests__/**/*.slow.ts"], testTimeout: 3_600_000, maxWorkers: 1 };
