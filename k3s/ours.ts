/** The first line of files that would otherwise not be told from those of somebody else. */
export const ours = "# From the cluster's manifest: what is changed here is overwritten.";
