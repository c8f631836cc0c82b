import { z } from "zod";
import { hostAndPort } from "./hosts";
import { machinePath, password } from "./kinds";
import { printable, text } from "./text";

/** What k3s reads as registries.yaml, under the names that k3s gives them. */

const registryName = text({
  what: "a registry",
  allowed:
    'a host name or address, with a port if need be, or "*", such as docker.io or registry.example.com:5000',
  pattern: new RegExp(`^(?=.{1,260}$)(?:\\*|${hostAndPort})$`),
  hint: (value) =>
    /^https?:\/\//.test(value) ? "write it without http:// or https://; those belong in endpoint" : undefined,
});

const endpoint = text({
  what: "the address of a registry",
  allowed:
    "http:// or https://, a host and perhaps a path, without a password, such as https://registry.example.com:5000",
  pattern: new RegExp(`^(?=.{1,2048}$)https?://${hostAndPort}(?:/[-\\w.~%+/]*)?$`),
});

const expression = text({
  what: "a part of an image's name",
  allowed: "one line, at most 1024 characters: a regular expression of Go, or what replaces it",
  pattern: new RegExp(`^${printable}{1,1024}$`, "u"),
});

const secret = (what: string) => password.describe(`Secret. ${what}`).optional();

const mirror = z
  .strictObject({
    endpoint: z.array(endpoint).default([]).describe("Tried one after the other, then the registry itself"),
    rewrite: z
      .record(expression, expression)
      .optional()
      .describe(
        'Changes names of images: regular expressions of Go and what replaces them, such as "^rancher/(.*)": "mirror/$1"',
      ),
  })
  .meta({ id: "registryMirror", description: "Where images of a registry are pulled from instead." });

const auth = z
  .strictObject({
    username: password.optional().describe("Who logs in"),
    password: secret("The password of username"),
    auth: secret("Both of them, as in a Docker configuration file"),
    identity_token: secret("A token instead of them"),
  })
  .meta({ id: "registryAuth", description: "How to log in to a registry." });

const tls = z
  .strictObject({
    ca_file: machinePath.optional().describe("On every machine, the CA of the registry"),
    cert_file: machinePath.optional().describe("On every machine, the certificate to show"),
    key_file: machinePath.optional().describe("On every machine, the key of cert_file"),
    insecure_skip_verify: z.boolean().optional().describe("Believe any certificate. Default: false"),
  })
  .meta({ id: "registryTls", description: "How a registry proves who it is." });

const access = z
  .strictObject({
    auth: auth.optional().describe("How to log in"),
    tls: tls.optional().describe("How it proves who it is"),
  })
  .meta({ id: "registryConfig", description: "How to reach a registry." });

export const registries = z
  .strictObject({
    mirrors: z
      .record(registryName, mirror)
      .optional()
      .describe("By the registry that images are named after"),
    configs: z
      .record(registryName, access)
      .optional()
      .describe("By the registry, or the host of a mirror's endpoint"),
  })
  .meta({
    id: "registries",
    description: "The registries.yaml of every node, under the names that k3s gives its keys.",
  });
