/** What to do where an owner's file says nothing. */
export function ownerAdvice(file: string, owner: string): string {
  return `if it is ${owner}, write that into it (printf %s ${owner} >${file}); otherwise remove the file`;
}

/** What to do where a package does not come, by the exit codes of bring-package.sh. */
export function packageAdvice(name: string): Record<number, string> {
  return {
    69: `correct what keeps the machine from its packages, or install the package ${name} there by hand (from a file where there is no network), then run this again`,
    75: "wait for the end of that installation, then run this again",
  };
}
