const placeholder = "[secret]";

/** The text without the secrets, in any of the forms in which they tend to show up in commands' output. */
export function redact(text: string, secrets: readonly string[]): string {
  const forms = [...new Set(secrets.flatMap(formsOf))];
  // The longest first: a secret may contain another one.
  forms.sort((one, other) => other.length - one.length);
  return forms.reduce((clean, form) => clean.replaceAll(form, placeholder), text);
}

function formsOf(secret: string): string[] {
  const trimmed = secret.trim();
  if (trimmed === "") return [];
  const lines = secret.split(/\r?\n/).map((line) => line.trim());
  const parts = lines.length > 1 ? lines.filter((line) => line.length >= 8) : [];
  return [secret, trimmed, ...parts].flatMap(encodings);
}

function encodings(text: string): string[] {
  const base64 = Buffer.from(text).toString("base64");
  return [
    text,
    text.replaceAll("'", "'\\''"),
    JSON.stringify(text).slice(1, -1),
    // A lone surrogate, which UTF-8 cannot hold, would throw.
    encodeURIComponent(Buffer.from(text).toString()),
    base64,
    Buffer.from(text).toString("base64url"),
    // Encoders break long lines, and join what follows to the last group.
    ...(base64.match(/.{76}/g) ?? []),
    ...(base64.match(/.{64}/g) ?? []),
  ];
}
