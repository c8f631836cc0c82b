import type * as pulumi from "@pulumi/pulumi";

/** The same names, each also as an output that is not known yet, and so inside of it. */
export type Args<I> = { [K in keyof I]: pulumi.Input<Deep<I[K]>> };

type Deep<T> = T extends readonly (infer Item)[]
  ? pulumi.Input<Deep<Item>>[]
  : T extends object
    ? { [K in keyof T]: pulumi.Input<Deep<T[K]>> }
    : T;
