import { environmentIn, settingsOf, startedBy } from "../../k3s/systemd";

/** As k3s's own installer writes them. */
const installed = `[Unit]
Description=Lightweight Kubernetes

[Service]
Type=notify
EnvironmentFile=-/etc/default/%N
EnvironmentFile=-/etc/systemd/system/k3s.service.env
ExecStartPre=-/sbin/modprobe overlay
ExecStart=/usr/local/bin/k3s \\
    server \\
\t'--disable' \\
\t'traefik' \\
\t'--node-label=what=a b' \\

[Install]
WantedBy=multi-user.target
`;

test.each([
  [
    "of k3s's installer",
    installed,
    ["/usr/local/bin/k3s", "server", "--disable", "traefik", "--node-label=what=a b"],
  ],
  [
    "of k3s-ansible, over two lines",
    "ExecStart=/usr/local/bin/k3s server --cluster-init --token 'a b' \\\n    --disable=traefik --kubelet-arg=\"config=/etc/k\"",
    [
      "/usr/local/bin/k3s",
      "server",
      "--cluster-init",
      "--token",
      "a b",
      "--disable=traefik",
      "--kubelet-arg=config=/etc/k",
    ],
  ],
  [
    "with a comment between its lines",
    "ExecStart=/k3s server \\\n# --docker \\\n  --debug\n",
    ["/k3s", "server", "--debug"],
  ],
  [
    "that a later one takes the place of",
    "ExecStart=/k3s agent\nExecStart=\nExecStart=-/k3s server",
    ["/k3s", "server"],
  ],
  [
    "with what systemd would fill in",
    `ExecStart=/k3s server $ARGS --v=\${LEVEL} --cost=$$1 --rate=50%%`,
    ["/k3s", "server", "--a", "b c", "--v=2", "--cost=$1", "--rate=50%"],
  ],
  ["that is not there", "[Service]\nType=notify\n", []],
])("the command of a unit %s", (_, unit, words) => {
  expect(startedBy(unit, { ARGS: "--a 'b c'", LEVEL: "2" }).words).toEqual(words);
});

test("what a unit sets itself", () => {
  const unit = `Environment="K3S_TOKEN=a b" LEVEL=3\nEnvironment=MORE=1\nExecStart=/k3s server -v=\${LEVEL}`;
  expect(startedBy(unit)).toEqual({
    words: ["/k3s", "server", "-v=3"],
    environment: { K3S_TOKEN: "a b", LEVEL: "3", MORE: "1" },
  });
});

test("the variables of an environment file, quoted or not", () => {
  const text =
    "# K3S_URL=no\n\nK3S_TOKEN='a b'\nK3S_URL=\"https://s1:6443\"\nK3S_NODE_NAME=s1\nHTTP_PROXY='http://p:3128'\n";
  expect(environmentIn(text)).toEqual({
    K3S_TOKEN: "a b",
    K3S_URL: "https://s1:6443",
    K3S_NODE_NAME: "s1",
    HTTP_PROXY: "http://p:3128",
  });
});

test("the settings of a part of a unit", () => {
  expect(settingsOf("[Service]\nExecStart=\nLimitNOFILE = 5\n")).toEqual([
    ["ExecStart", ""],
    ["LimitNOFILE", "5"],
  ]);
});
