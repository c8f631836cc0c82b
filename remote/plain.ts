/** Text of another machine that can neither steer a terminal nor turn its direction; tabs and ends of lines stay. */
export function plain(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(/[^\P{Cc}\t\n]+|[\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, " ");
}
