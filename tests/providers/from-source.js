// Lets a Node of its own load this repository's TypeScript: the provider host is started without Jest, and what it
// loads must be what is in the editor, not what was compiled last.
const { Module } = require("node:module");
const { transformFileSync } = require("@swc/core");

const options = {
  jsc: { parser: { syntax: "typescript" }, target: "es2022" },
  module: { type: "commonjs" },
  swcrc: false,
};

Module._extensions[".ts"] = (module, file) => module._compile(transformFileSync(file, options).code, file);
