import { z } from "zod";
import { cronComplaint, cronPattern } from "./cron";
import { machinePath } from "./kinds";
import { shown } from "./shown";
import { text, whole } from "./text";

const allowedSchedule =
  'five fields of cron in quotes (minute, hour, day of the month, month, day of the week), such as "0 */12 * * *"';

const schedule = text({
  what: "a schedule",
  allowed: allowedSchedule,
  pattern: cronPattern,
  hint: (value) =>
    /^(\S+ +){5}\S+$/.test(value) ? "it has six fields, and k3s has none for seconds" : undefined,
})
  .superRefine((value, context) => {
    const complaint = cronPattern.test(value) ? cronComplaint(value) : undefined;
    if (complaint)
      context.addIssue({ code: "custom", message: `${shown(value)} is not a schedule: ${complaint}` });
  })
  .meta({ patternErrorMessage: allowedSchedule });

const settings = z
  .strictObject({
    schedule: schedule
      .optional()
      .describe("When each server takes one, by its own clock. Default: k3s's, every 12 hours"),
    retention: whole("a number of snapshots", 1, 10_000)
      .optional()
      .describe(
        "How many of those each server keeps; who asks for one has it until it is removed. Default: k3s's, 5",
      ),
    compress: z
      .boolean()
      .optional()
      .describe("Whether they are put into a zip. Default: k3s's, they are not"),
    folder: machinePath
      .optional()
      .describe(
        "Where each server puts them; it is made where it is not there, and stays with what is in it. Default: k3s's, /var/lib/rancher/k3s/server/db/snapshots",
      ),
  })
  .meta({ id: "snapshots", description: "The snapshots of etcd that every server takes by itself." });

export const snapshots = z.union([z.literal(false), settings], {
  error: ({ input }) => `${shown(input)} is neither false nor a map of keys and values`,
});

/** False where none are taken by themselves. */
export type Snapshots = z.output<typeof snapshots>;
