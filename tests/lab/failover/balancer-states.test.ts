import { statesIn } from "../../../lab/failover/balancer-states";

const answer = `1
# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight
3 ready 1 s1 10.0.0.11 2 0 1 1
3 ready 2 s2 10.0.0.12 0 0 1 1
3 ready 3 s3 10.0.0.13 1 0 1 1
4 alive 1 s1 10.0.0.11 2 0 1 1
4 alive 2 s2 10.0.0.12 2 0 1 1
`;

test("a server is in when HAProxy says that it runs, and not while it starts or is out", () => {
  expect(statesIn(answer)).toEqual({ s1: true, s2: false, s3: false });
});

test("the backend that stands in is left out", () => {
  expect(statesIn(answer, "ready")).toEqual({ s1: true, s2: true });
});

test.each(["", "Unknown command", "# be_id be_name\n"])("no answer names no server: %j", (text) => {
  expect(statesIn(text)).toEqual({});
});
