import { command } from "./command";
import { phase } from "./console";
import { pulumiEnvironment } from "./tools/environment";
import { pluginSource, plugins } from "./tools/plugins";
import { provide } from "./tools/tools";

/** Gets everything that pulumi needs here, and says how to use it by hand. */
export async function main(): Promise<number> {
  const pulumi = await provide("pulumi");
  const source = await pluginSource();
  if (source.kind === "official") await downloadPlugins();
  process.stdout.write(`pulumi ${pulumi.version} is ready (${pulumi.source}).
To use it in this shell:

  eval "$(npm run -s env)"
  pulumi login --local          # or wherever your stacks live
  pulumi stack init dev
  pulumi up
`);
  return 0;
}

async function downloadPlugins(): Promise<void> {
  const env = await pulumiEnvironment();
  await phase("downloading Pulumi's plugins", "half a minute", async ({ progress }) => {
    for (const { name, version } of plugins()) {
      progress(`${name} ${version}`);
      await command("pulumi", ["plugin", "install", "resource", name, `v${version}`], { env });
    }
  });
}
