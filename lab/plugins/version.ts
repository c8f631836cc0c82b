/** The version of an installed npm package: its plugin must answer under the same. */
export function packageVersion(name: string): string {
  return (require(`${name}/package.json`) as { version: string }).version;
}
