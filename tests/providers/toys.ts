import { type Resource, wired } from "../../providers/wire";

interface Inputs {
  [name: string]: unknown;
}

/** What JavaScript lets one throw. */
const thrown: Record<string, unknown> = {
  undefined,
  text: "out of paper",
  object: { code: 7 },
  bug: new TypeError("cannot read x of undefined"),
};

const quiet: Resource<Inputs, Inputs> = {
  create: async () => ({ id: "toy", outputs: {} }),
  update: async () => ({}),
};

const toys: Record<string, Resource<Inputs, Inputs>> = {
  /** Gives what the engine cannot carry. */
  Hollow: {
    ...quiet,
    create: async () => ({ id: "toy", outputs: { here: 1, gone: undefined, deep: { gone: undefined } } }),
    update: async () => ({ here: 2, gone: undefined }),
  },
  /** Throws what its input `throws` names; with `begun`, after it has made something. */
  Thrower: {
    check: ({ throws }) => {
      throw thrown[String(throws)];
    },
    create: async ({ throws, begun: late }, _tell, begun) => {
      if (late) begun("toy", { made: "half", gone: undefined });
      throw thrown[String(throws)];
    },
    update: async (_id, { throws }) => {
      throw thrown[String(throws)];
    },
    delete: async (_id, { throws }) => {
      throw thrown[String(throws)];
    },
  },
  /** Refuses by its check, and shows there what it was given. */
  Checker: {
    ...quiet,
    check: ({ size }, old) => ({ mistakes: [`${old ? `from ${old.size}` : "new"} to ${size}`] }),
  },
  /** Finds out by its check what nobody told it, as long as it is not told. */
  Learner: {
    ...quiet,
    createOnly: ["size"],
    check: ({ size }, old) => ({ learned: { colour: old?.colour ?? `that of ${size}` } }),
    create: async ({ colour }) => ({ id: "toy", outputs: { colour } }),
  },
  /** Sees what its input `sees` says, and fails where that is its business; what it has of `labels` is changed at last. */
  Looker: {
    createOnly: ["seed"],
    pending: ["labels"],
    outputs: ["answer"],
    create: async () => ({ id: "toy", outputs: { answer: 42 } }),
    update: async (_id, { throws }) => {
      if (throws) throw thrown[String(throws)];
      return { answer: 43 };
    },
    read: async (id, { sees }, tell) => {
      tell(`looking at ${id}`);
      if (sees === "nothing") throw thrown.text;
      return sees as Inputs | "gone";
    },
    cost: (changed, { size }, inputs) =>
      changed.join() === "labels"
        ? undefined
        : `${changed.join(", ")}: from ${size} to ${inputs.size} for ${inputs.colour}`,
  },
  Changing: { ...quiet, createOnly: ["seed"], outputs: ["answer"] },
  /** Prints for the user, as a library may. */
  Printer: {
    ...quiet,
    create: async ({ text }) => {
      console.error(text);
      return { id: "toy", outputs: {} };
    },
  },
  /** Says its steps. */
  Talker: {
    ...quiet,
    create: async ({ steps }, tell) => {
      for (const step of steps as string[]) tell(step);
      tell.warn("worn out");
      return { id: "toy", outputs: {} };
    },
  },
  /** Never comes to an end. */
  Stuck: {
    ...quiet,
    create: (_inputs, tell) => {
      tell("thinking");
      return new Promise(() => undefined);
    },
  },
};

export function load(kind: string) {
  const toy = toys[kind];
  if (!toy) throw new Error(`There is no toy called ${kind}.`);
  return wired(kind, toy);
}
