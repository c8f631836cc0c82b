const undoings = new Set<() => void>();

process.once("exit", () => {
  for (const undo of [...undoings].reverse()) {
    try {
      undo();
    } catch {
      // The process ends; what is left over is recognised and cleared by the next run.
    }
  }
});

/** Does the work, and undoes what it left half-made when the process ends first, as it does at Ctrl-C. */
export async function undoneAtExit<T>(undo: () => void, work: () => Promise<T>): Promise<T> {
  undoings.add(undo);
  try {
    return await work();
  } finally {
    undoings.delete(undo);
  }
}
