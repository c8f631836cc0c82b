import { z } from "zod";
import { manifestSchema } from "./schema";

/** What this module reads of a JSON Schema. */
export interface JsonSchema {
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  type?: string;
  description?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  propertyNames?: JsonSchema;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  patternErrorMessage?: string;
}

/** What editors check a manifest with while it is written. */
export function jsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(manifestSchema, { io: "input" });
  return { title: "A k3s cluster", ...schema } as JsonSchema;
}

/** The same as a file, in the form that the formatter gives it. */
export function jsonSchemaFile(): string {
  const text = JSON.stringify(jsonSchema(), undefined, 2);
  return `${text.replace(/^( *(?:"[^"]*": )?)\[\n([^[\]{}]*?)\n *\](,?)$/gm, onOneLine)}\n`;
}

function onOneLine(lines: string, before: string, items: string, after: string): string {
  const line = `${before}[${items.trim().replace(/\n */g, " ")}]${after}`;
  return line.length > 110 ? lines : line;
}

/** What the page begins with; a manifest without a mistake. */
export const example = `# yaml-language-server: $schema=./manifest.schema.json
name: prod
version: v1.33.3+k3s1
ssh:
  user: admin
  identityFile: ~/.ssh/id_ed25519
  bastion: { host: jump.example.com }
servers:
  - { name: s1, host: 10.0.0.11 }
  - { name: s2, host: 10.0.0.12 }
  - { name: s3, host: 10.0.0.13 }
pools:
  - name: web
    role: agent
    labels: { tier: web }
    taints: [dedicated=web:NoSchedule]
    machines:
      - { name: w1, host: 10.0.0.21 }
      - { name: w2, host: 10.0.0.22, labels: { disk: ssd } }
network: { clusterCidr: 10.64.0.0/16, serviceCidr: 10.65.0.0/16 }
endpoint: { address: k3s.example.com }
`;

/** The fields of a manifest as a page: a table for each kind of map, an example on top. */
export function referencePage(): string {
  const { $defs = {}, ...top } = jsonSchema();
  const kinds = Object.entries($defs).map(([name, kind]) => section(name, kind.description ?? "", kind));
  return [introduction(), section("The manifest", "What is at the top.", top), ...kinds].join("\n");
}

function introduction(): string {
  return `# The manifest

<!-- Written by "npm run reference" from manifest/schema.ts; edit that. -->

One YAML file describes one cluster. \`pulumi config set manifest cluster.yaml\` names it; the same object may stand
under \`k3s-cluster:cluster\` in the stack's settings instead ([Pulumi.dev.yaml](../Pulumi.dev.yaml) shows it with every
field), or be given to \`new K3sCluster\`. Every mistake is reported at once, with line, column and what is allowed.

The first line of the example tells editors with a YAML language server where
[manifest.schema.json](../manifest.schema.json) is: they complete and check fields as you write. What lies between
fields, such as two nodes of one name or blocks of addresses that overlap, only the program itself checks.

Fields marked *Secret* never appear in a message. In the stack's settings they can be encrypted:
\`pulumi config set --secret --path cluster.ssh.sudoPassword …\`.

\`\`\`yaml
${example.trimEnd()}
\`\`\`
`;
}

function section(name: string, about: string, { properties = {}, required = [] }: JsonSchema): string {
  const rows = Object.entries(properties).map(([field, schema]) => {
    const [what = "", otherwise = ""] = (schema.description ?? "").split(/(?:\. |^)Default: /);
    const missing = required.includes(field) ? "required" : otherwise || defaultOf(schema);
    return `| \`${field}\` | ${[what, allowed(schema), missing].map(cell).join(" | ")} |`;
  });
  return `## ${name}\n\n${about}\n\n| field | what it is | allowed | default |\n| --- | --- | --- | --- |\n${rows.join("\n")}\n`;
}

function allowed(schema: JsonSchema): string {
  if (schema.$ref) return linkTo(schema.$ref);
  if (schema.patternErrorMessage) return schema.patternErrorMessage;
  if (schema.enum) return schema.enum.map((word) => `\`${String(word)}\``).join(", ");
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.anyOf) return either(schema.anyOf);
  if (schema.items) return `a list: ${allowed(schema.items)}`;
  if (typeof schema.additionalProperties === "object")
    return `a map: ${allowed(schema.additionalProperties)}`;
  if (schema.type === "boolean") return "`true`, `false`";
  if (schema.type === "integer") return `a whole number from ${schema.minimum} to ${schema.maximum}`;
  return schema.type === "string" ? "text" : `a ${schema.type}`;
}

/** "X, or a list of them" rather than everything about X twice. */
function either(branches: JsonSchema[]): string {
  const said = branches.map(allowed);
  return said
    .map((each, index) =>
      said.includes(each.replace(/^a list: /, "")) && index > 0 && each.startsWith("a list: ")
        ? "a list of them"
        : each,
    )
    .join(", or ");
}

function linkTo(reference: string): string {
  const name = reference.replace("#/$defs/", "");
  return `[${name}](#${name.toLowerCase()})`;
}

function defaultOf({ default: value, $ref }: JsonSchema): string {
  if (value === undefined) return "none";
  if (typeof value === "object" && value !== null && Object.keys(value).length === 0)
    return $ref ? "as there" : "none";
  if (value === "") return "empty";
  return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}

function cell(text: string): string {
  return text.replace(/\|/g, "\\|").replace(/</g, "&lt;").replace(/\n/g, " ");
}
