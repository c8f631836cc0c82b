import { complaints, type Facts, parseFacts } from "../../../providers/preflight/complaints";

const good: Facts = {
  arch: "x86_64",
  init: "systemd",
  cgroups: "cpu memory pids",
  curl: "yes",
  owner: "",
  leftovers: "",
  busy: "",
};

test("a machine with nothing on it is fine, and so is one that is this very node", () => {
  expect(complaints(good, "dev/s1")).toEqual([]);
  expect(complaints({ ...good, owner: "dev/s1", leftovers: "/x", busy: "6443" }, "dev/s1")).toEqual([]);
});

test.each<[Partial<Facts>, string]>([
  [{ arch: "riscv64" }, "its architecture is riscv64"],
  [{ init: "openrc" }, "systemd is needed"],
  [{ cgroups: "cpu pids" }, "the cgroup controllers memory are off"],
  [{ curl: "no" }, "curl is missing"],
  [{ owner: "prod/s1" }, "it is node prod/s1 of another cluster"],
  [
    { leftovers: "/etc/kubernetes/kubelet.conf" },
    "another Kubernetes is installed (/etc/kubernetes/kubelet.conf)",
  ],
  [{ busy: "6443 10250" }, "something listens on port 6443, 10250"],
])("%j is refused with what to do", (fact, expected) => {
  expect(complaints({ ...good, ...fact } as Facts, "dev/s1")).toEqual([expect.stringContaining(expected)]);
});

test("facts are lines of name=value, and a value may hold an equals sign", () => {
  expect(parseFacts("arch=x86_64\nos=debian 12\nnoise\nodd=a=b\n")).toEqual({
    arch: "x86_64",
    os: "debian 12",
    odd: "a=b",
  });
});
