import fast from "./jest.config.js";

/** The HTML report in real Chromium: `CHROMIUM` names the program, else it is looked for. One browser, so one worker. */
export default { ...fast, testMatch: ["<rootDir>/__tests__/page/**/*.page.ts"], maxWorkers: 1 };
