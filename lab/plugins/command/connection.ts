import type { Field, Fields } from "../fields";

/** How to reach a machine, with the defaults filled in. */
export interface Hop {
  host: string;
  port: number;
  user: string;
  password?: string;
  privateKey?: string;
  privateKeyPassword?: string;
  agentSocketPath?: string;
  hostKey?: string;
  /** How many failed attempts are borne before giving up; -1 for any number. */
  dialErrorLimit: number;
  /** Seconds for each attempt; 0 for no limit. */
  perDialTimeout: number;
}

export interface Connection extends Hop {
  proxy?: Hop;
}

const text: Field = { type: "string" };

const hop: Fields = {
  agentSocketPath: text,
  dialErrorLimit: { type: "integer", min: -1, default: 10 },
  host: { type: "string", required: true },
  hostKey: text,
  password: text,
  perDialTimeout: { type: "integer", min: 0, default: 15 },
  port: { type: "integer", min: 1, max: 65535, default: 22 },
  privateKey: text,
  privateKeyPassword: text,
  user: { type: "string", default: "root" },
};

export const connection: Fields = { ...hop, proxy: { type: "object", fields: hop } };
