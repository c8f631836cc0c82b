/** @type {import("jest").Config} */
const shared = {
  testEnvironment: "node",
  transform: { "^.+\\.ts$": ["@swc/jest", { jsc: { target: "es2022" }, sourceMaps: "inline" }] },
  modulePathIgnorePatterns: ["<rootDir>/dist/"],
};

const providers = ["<rootDir>/tests/providers/**/*.test.ts", "<rootDir>/tests/lab/plugins/**/*.test.ts"];
const elsewhere = ["e2e", "faults", "components", "providers", "lab/plugins"];

const project = (displayName, testMatch, more = {}) => ({ ...shared, displayName, testMatch, ...more });

module.exports = {
  projects: [
    project("unit", ["<rootDir>/tests/**/*.test.ts"], {
      testPathIgnorePatterns: elsewhere.map((folder) => `<rootDir>/tests/${folder}/`),
    }),
    project("component", ["<rootDir>/tests/components/**/*.test.ts"]),
    project("provider", providers),
    project("e2e", ["<rootDir>/tests/e2e/**/*.test.ts"]),
    project("faults", ["<rootDir>/tests/faults/**/*.test.ts"]),
  ],
};
