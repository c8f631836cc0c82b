/** @type {import("jest").Config} */
const shared = {
  testEnvironment: "node",
  transform: { "^.+\\.ts$": ["@swc/jest", { jsc: { target: "es2022" }, sourceMaps: "inline" }] },
  modulePathIgnorePatterns: ["<rootDir>/dist/"],
};

const project = (displayName, testMatch) => ({ ...shared, displayName, testMatch });

module.exports = {
  projects: [
    project("unit", [
      "<rootDir>/tests/!(e2e|faults|components|providers|lab)/**/*.test.ts",
      "<rootDir>/tests/*.test.ts",
      "<rootDir>/tests/lab/!(plugins)/**/*.test.ts",
      "<rootDir>/tests/lab/*.test.ts",
    ]),
    project("component", ["<rootDir>/tests/components/**/*.test.ts"]),
    project("provider", [
      "<rootDir>/tests/providers/**/*.test.ts",
      "<rootDir>/tests/lab/plugins/**/*.test.ts",
    ]),
    project("e2e", ["<rootDir>/tests/e2e/**/*.test.ts"]),
    project("faults", ["<rootDir>/tests/faults/**/*.test.ts"]),
  ],
};
