const reported = new Set<string>();
const print = console.error;

/**
 * Pulumi's provider host prints what check, diff, read and delete throw, and the engine prints it again
 * as the resource's error. The first of the two is left out, for this error and no other.
 */
export function sayOnce(error: Error): Error {
  reported.add(`${error}: ${error.stack}`);
  console.error = (first: unknown, ...rest: unknown[]) => {
    if (typeof first === "string" && rest.length === 0 && reported.delete(first)) return;
    print(first, ...rest);
  };
  return error;
}
