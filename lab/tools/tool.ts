import type { Phase } from "../console";
import type { Release, ToolName } from "./catalog";
import type { Manifest } from "./manifest";

/** How one tool is found, downloaded or built. */
export interface Tool {
  name: ToolName;
  /** The version that is downloaded; where only a build exists, what stands for it. */
  version: string;
  /** The executable that the tool is for, inside its entry of the cache. */
  main: string;
  onPath(): Promise<Found | undefined>;
  download?: Download;
  build: Build;
}

/** A tool that the machine has already. */
export interface Found {
  executable: string;
  version: string;
}

export interface Download {
  release: Release;
  usually: string;
  /** Turns the downloaded file into the entry. */
  unpack(file: string, folder: string): Promise<void>;
}

export interface Build {
  usually: string;
  /** The files of this repository that decide the result: when one changes, it is another entry. */
  recipe: string[];
  /** Why it cannot be built on this machine, or nothing. */
  obstacle(): Promise<string | undefined>;
  /** What makes the build possible where there is an obstacle. */
  remedy: string;
  /** Fills the folder, and gives the version and what it was made from. */
  run(folder: string, phase: Phase): Promise<Omit<Manifest, "files">>;
}
