import fast from "./jest.config.js";

/** The examples as a user would run them, against real servers on loopback: `npm run test:examples` gets the servers first. */
export default { ...fast, testMatch: ["<rootDir>/__tests__/examples/**/*.examples.ts"], testTimeout: 300_000 };
