import { z } from "zod";
import { nodeName } from "./kinds";
import { text } from "./text";

const confirm = text({
  what: "the identity of a cluster",
  allowed: "what the stack's output clusterId says, such as 1f6c6a3e-3a4f-4a37-9f5e-6a2a3c1c9b1e",
  pattern: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
});

const snapshot = text({
  what: "a snapshot",
  allowed: "the name of a file in the server's snapshot folder, or its whole path, without spaces",
  pattern: /^[A-Za-z0-9._/+-]{1,255}$/,
});

const again = text({
  what: "a turn",
  allowed: "1 to 64 letters, digits, dots, dashes and underscores, such as 2",
  pattern: /^[A-Za-z0-9._-]{1,64}$/,
})
  .optional()
  .describe("Another value than before has the same done again");

const confirmed = confirm.describe("The cluster's identity, so that no other cluster is meant");

export const recover = z
  .strictObject({
    from: nodeName.describe("The server whose data the cluster goes on with; what only others had is lost"),
    confirm: confirmed,
    turn: again,
  })
  .meta({
    id: "recover",
    description: "Has a cluster go on that has lost its quorum for good. Done once.",
  });

export const restore = z
  .strictObject({
    snapshot: snapshot.describe("What etcd is to be again; everything since is lost"),
    from: nodeName.optional().describe("The server that has it. Default: the first that does"),
    confirm: confirmed,
    turn: again,
  })
  .meta({ id: "restore", description: "Has the cluster be what it was in a snapshot. Done once." });
