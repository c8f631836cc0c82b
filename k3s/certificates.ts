const day = 86_400_000;

/** Days before their end from which certificates are told of. */
const warned = 90;

/** What to know of certificates that end soon, or have ended; nothing of others. */
export function expiryWarning(node: string, validTo: Date, now: Date): string | undefined {
  const left = Math.floor((validTo.getTime() - now.getTime()) / day);
  if (left >= warned) return undefined;
  const date = validTo.toISOString().slice(0, 10);
  const ended = left < 0 ? `ended on ${date}` : `end on ${date}, in ${left} ${left === 1 ? "day" : "days"}`;
  return `the certificates of ${node} ${ended}: give certificates.rotate another value, or restart k3s there, which makes them anew`;
}
