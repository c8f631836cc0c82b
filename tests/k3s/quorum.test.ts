import {
  absenceComplaint,
  departureComplaint,
  lostQuorum,
  quorum,
  removalComplaint,
  troubles,
  type Voter,
} from "../../k3s/quorum";

test.each([
  [1, 1],
  [2, 2],
  [3, 2],
  [4, 3],
  [5, 3],
  [7, 4],
])("of %i voters %i must agree", (voters, expected) => {
  expect(quorum(voters)).toBe(expected);
});

/** Every way in which so many members may be: a healthy voter, one in trouble, or a learner that is one or the other. */
function* memberships(largest: number): Generator<Voter[]> {
  for (let count = 1; count <= largest; count++)
    for (let code = 0; code < 4 ** count; code++)
      yield Array.from({ length: count }, (_, index) => {
        const state = Math.floor(code / 4 ** index) % 4;
        return { node: `s${index}`, votes: state < 2, ...(state % 2 === 1 ? { trouble: "is ill" } : {}) };
      });
}

/** Whether etcd can decide anything, counted without the code that is tested. */
function decides(members: readonly Voter[], away: readonly string[] = []): boolean {
  const voters = members.filter(({ votes }) => votes);
  const agreeing = voters.filter(({ node, trouble }) => !trouble && !away.includes(node));
  return voters.length > 0 && 2 * agreeing.length > voters.length;
}

describe("over all memberships of up to 7", () => {
  const all = [...memberships(7)];
  const places = all.flatMap((members) => members.map(({ node }) => ({ members, node })));

  test("who leaves never takes the quorum along, and whoever could go without that may", () => {
    const wrong = places.filter(({ members, node }) => {
      const left = members.filter((member) => member.node !== node);
      return decides(left) !== (departureComplaint(members, node) === undefined);
    });
    expect(wrong).toEqual([]);
  });

  test("who is away never takes the quorum along, save where either of two does; whoever does not may be away", () => {
    const wrong = places.filter(({ members, node }) => {
      const allowed = absenceComplaint(members, node) === undefined;
      const voters = members.filter(({ votes }) => votes);
      const pair = voters.length <= 2 && voters.every(({ trouble }) => !trouble);
      if (decides(members, [node])) return !allowed;
      return decides(members) && allowed !== pair;
    });
    expect(wrong).toEqual([]);
  });

  test("a quorum that is lost is told, and no other", () => {
    const wrong = all.filter((members) => {
      const voters = members.some(({ votes }) => votes);
      return (lostQuorum(members) !== undefined) !== (voters && !decides(members));
    });
    expect(wrong).toEqual([]);
  });

  test("no row of steps that are allowed one by one ends without a quorum", () => {
    const remaining = (members: Voter[]) =>
      members.reduce(
        (staying, { node }) =>
          departureComplaint(staying, node) ? staying : staying.filter((member) => member.node !== node),
        members,
      );
    expect(all.filter((members) => decides(members) && !decides(remaining(members)))).toEqual([]);
  });
});

test("no edit of the manifest that is allowed leaves fewer than a quorum of the old members, for all sizes up to 7", () => {
  for (let voters = 1; voters <= 7; voters++) {
    const before = Array.from({ length: voters }, (_, index) => `s${index}`);
    for (let staying = 0; staying <= voters; staying++) {
      const refused = removalComplaint(before, before.slice(0, staying)) !== undefined;
      expect([voters, staying, refused]).toEqual([voters, staying, staying < quorum(voters)]);
    }
  }
});

test("of two servers one may leave where a single one is wanted, and what is left decides; nothing else is let by that", () => {
  for (let voters = 1; voters <= 7; voters++) {
    const before = Array.from({ length: voters }, (_, index) => `s${index}`);
    for (let staying = 0; staying <= voters; staying++) {
      const refused = removalComplaint(before, before.slice(0, staying), { toOne: true }) !== undefined;
      const toOne = voters === 2 && staying === 1;
      expect([voters, staying, refused]).toEqual([voters, staying, staying < quorum(voters) && !toOne]);
    }
  }
  for (const trouble of [{}, { trouble: "is ill" }]) {
    const pair: Voter[] = [
      { node: "s1", votes: true },
      { node: "s2", votes: true, ...trouble },
    ];
    expect(departureComplaint(pair, "s2")).toBeUndefined();
    expect(decides(pair.slice(0, 1))).toBe(true);
  }
});

describe("refusals have the numbers", () => {
  const [s1, s2, s3]: Voter[] = [
    { node: "s1", votes: true },
    { node: "s2", votes: true, trouble: "is not heard of" },
    { node: "s3", votes: true },
  ];

  test("of an edit, and what would be allowed", () => {
    expect(removalComplaint(["a", "b", "c"], ["c"])).toBe(
      "removing a, b at once would leave 1 of 3 voters, and 2 are needed: remove at most 1 at a time",
    );
  });

  test("of an edit that leaves a single server, and how that is said", () => {
    expect(removalComplaint(["a", "b"], ["a"])).toBe(
      "removing b at once would leave 1 of 2 voters, and 2 are needed: " +
        "give another server before, or allowSingleServer: true where the one that stays is to be alone",
    );
    expect(removalComplaint(["a", "b"], ["c"])).toBe(
      "removing a, b at once would leave 0 of 2 voters, and 2 are needed: give other servers before",
    );
  });

  test("of a departure", () => {
    expect(departureComplaint([s1, s2, s3] as Voter[], "s3")).toBe(
      "without s3 etcd would have 1 healthy of 2 voters (s2 is not heard of), and 2 are needed",
    );
    expect(departureComplaint([s1] as Voter[], "s1")).toBe(
      "s1 is the last voter of etcd, which would be nothing without it",
    );
  });

  test("of an absence", () => {
    expect(absenceComplaint([s1, s2, s3] as Voter[], "s1")).toBe(
      "while s1 is away etcd would have 1 healthy of 3 voters (s2 is not heard of), and 2 are needed",
    );
    expect(absenceComplaint([s1, s2, s3] as Voter[], "s2")).toBeUndefined();
  });

  test("of a lost quorum", () => {
    const away = { ...s3, trouble: "runs no etcd" };
    expect(lostQuorum([s1, s2, away] as Voter[])).toBe(
      "etcd has 1 healthy of 3 voters (s2 is not heard of, s3 runs no etcd), and 2 are needed",
    );
    expect(troubles([s1, { node: "s4", votes: false }] as Voter[])).toEqual(["s4 is not a voter yet"]);
  });
});

test("a new cluster and added servers are no removal", () => {
  expect(removalComplaint([], ["a"])).toBeUndefined();
  expect(removalComplaint(["a"], ["a", "b", "c"])).toBeUndefined();
});
