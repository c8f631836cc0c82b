import { clock } from "../../../../providers/preflight/findings/clock";
import { lateCa } from "../certificates";
import { ours, s1, seen } from "../scene";
import { findingTests } from "./cases";

findingTests(clock, {
  found: [
    [
      "clock-skew",
      [s1({}, { ahead: -31 }), seen("s2"), seen("s3", {}, { ahead: 1 })],
      "its clock is 31 s behind the median of all machines; 30 s are the most. Set it: turn on chrony or systemd-timesyncd (timedatectl set-ntp true)",
    ],
    [
      "clock-skew",
      [s1({}, { ahead: 7_200 }), seen("s2")],
      "its clock is 2.0 h before this computer's clock; 30 s are the most. Set it: turn on chrony or systemd-timesyncd (timedatectl set-ntp true)",
    ],
    [
      "clock-skew",
      [s1({}, { ahead: -864_000 })],
      "its clock is 10 days behind this computer's clock; 30 s are the most. Set it: turn on chrony or systemd-timesyncd (timedatectl set-ntp true)",
    ],
    [
      "clock-drift",
      [s1({}, { ahead: 6 })],
      "its clock is 6 s before this computer's clock; 5 s are the most. Set it: turn on chrony or systemd-timesyncd (timedatectl set-ntp true)",
    ],
    [
      "clock-before-ca",
      [s1(), ours("s2", { ca: [lateCa.file], time: ["1900000000"] })],
      "its clock says 2026-11-18T11:06:40Z; the cluster's CA is valid from 2027-01-01T00:00:00Z on. Set its clock (timedatectl set-ntp true)",
    ],
    [
      "ntp",
      [s1({ ntp: ["no"] })],
      "nothing sets its clock: it is not synchronised by NTP. Turn on chrony or systemd-timesyncd (timedatectl set-ntp true)",
    ],
  ],
  fine: [
    ["clocks that differ by five seconds", [s1({}, { ahead: 5 }), seen("s2"), seen("s3", {}, { ahead: -5 })]],
    [
      "clocks that agree, where this computer's does not",
      [s1({}, { ahead: 90 }), seen("s2", {}, { ahead: 90 }), seen("s3", {}, { ahead: 91 })],
    ],
    ["a machine without timedatectl", [s1({ ntp: [] })]],
  ],
});
