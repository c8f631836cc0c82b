import { down, up } from "./machines/lab";
import { Problem } from "./problem";

const name = "demo";

/** Brings the demonstration up, or takes it down: `npm run demo`, `npm run demo -- down`. */
export async function main([action = "up"]: string[]): Promise<number> {
  if (action !== "up" && action !== "down") {
    throw new Problem(`The demo knows no "${action}".`, "Use npm run demo, or npm run demo -- down.");
  }
  if (action === "down") {
    await down(name);
    process.stdout.write("The demo is gone.\n");
    return 0;
  }
  const size = { servers: 3, agents: 2, spare: 1, bastion: false };
  await up({ name, ...size, k3s: ["k3s-1.33"] });
  process.stdout.write(whatNext);
  return 0;
}

const whatNext = `
Six machines are up: three for servers, two for agents, one to spare. Try:

  npm run lab -- status --name ${name}
  npm run lab -- ssh s1 --name ${name}
  npm run lab -- manifest --name ${name}     a cluster.yaml for these machines
  npm run lab -- kill s2 --name ${name}      and: start s2, partition s3, heal, delay s1 50ms
  npm run demo -- down                  removes everything
`;
