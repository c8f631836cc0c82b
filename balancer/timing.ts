import { whole } from "./values";

/** How often HAProxy asks a server whether it is well, and when it believes the answer; in milliseconds. */
export interface CheckTiming {
  interval: number;
  /** Between the checks that confirm a change. */
  fastInterval: number;
  /** While a server is out. */
  downInterval: number;
  /** How long to connect may take, TLS included; a new connection waits as long before it tries the next server. */
  connect: number;
  /** How long the answer may take after that. */
  answer: number;
  /** How many failures take a server out. */
  fall: number;
  /** How many successes take it in again. */
  rise: number;
}

export const checkTiming: CheckTiming = {
  interval: 750,
  fastInterval: 250,
  downInterval: 1000,
  connect: 750,
  answer: 600,
  fall: 2,
  rise: 2,
};

/** What each of them may be. */
export const checkLimits = { milliseconds: { least: 50, most: 600_000 }, times: { least: 1, most: 100 } };

/** One of them, where HAProxy can live with it. */
export function timeOf(timing: CheckTiming, key: keyof CheckTiming): number {
  const { least, most } = checkLimits[key === "fall" || key === "rise" ? "times" : "milliseconds"];
  return whole(key, timing[key], least, most);
}

/**
 * How long a server's API waits for etcd when it is asked for /readyz. It has to be told so, by etcd-healthcheck-timeout
 * and etcd-readycheck-timeout; else it waits for two seconds. With one second a server whose etcd was cut off was seen in for
 * 4.2 s.
 */
export const etcdTimeout = 750;

/** The longest time until a server is out that refuses connections, that hangs, or that has lost its quorum. */
export function slowestOut(timing: CheckTiming, etcd = etcdTimeout) {
  const { interval, fastInterval, connect, answer, fall } = timing;
  // Each check begins one interval after the end of the one before.
  const out = (check: number) => interval + check + (fall - 1) * (fastInterval + check);
  return {
    stopped: out(0),
    hung: out(Math.min(interval, connect)),
    // The API asks etcd once in half of that time; until the question has timed out others get the last answer.
    withoutQuorum: 1.5 * etcd + out(answer),
  };
}
