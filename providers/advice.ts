/** What to do where an owner's file says nothing. */
export function ownerAdvice(file: string, owner: string, otherwise = "remove the file"): string {
  return `if it is ${owner}, write that into it (printf %s ${owner} >${file}); otherwise ${otherwise}`;
}

/** What to do where a package does not come or go, by the exit codes of bring-package.sh and remove-balancer.sh. */
export function packageAdvice(name: string): Record<number, string> {
  return {
    69: `correct what keeps the machine from its packages, or install the package ${name} there by hand (from a file where there is no network), then run this again`,
    // A removal goes by what the last up was given.
    70: `see what keeps the package ${name} there, or have it stay by a pulumi up with haproxy.package: keep in the manifest (keepPackage: true where a program makes it by itself) while the machine is still declared, then run this again`,
    75: "wait for the end of that installation, then run this again",
  };
}
