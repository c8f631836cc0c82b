import type { Task } from "./execute";
import { script } from "./script";

/** The content itself, or the sum in hexadecimal of what the script is fed. */
type Content = { CONTENT: string } | { SHA256: string };

/** The script that puts a file in its place, and its variables. */
export function placing(path: string, mode: string, content: Content): Pick<Task, "text" | "variables"> {
  if (!path.startsWith("/")) throw new TypeError(`${path} is no absolute path: begin it with a slash.`);
  if (!/^0?[0-7]{3}$/.test(mode)) throw new TypeError(`${mode} is no file mode: give it as "0600".`);
  return {
    text: script("place-file").text,
    variables: { FILE: path, MODE: mode, CONTENT: "", SHA256: "", ...content },
  };
}
