import type { Lab } from "../machines/model";
import { kubectl, onMachine } from "../machines/on-machine";

const nodePort = 30080;

/** Has the cluster serve pages while its nodes are drained, and gives where each agent does. */
export async function startWorkload(lab: Lab): Promise<string[]> {
  await onMachine(lab, "s1", `${kubectl} apply -f - <<'END'\n${workload}\nEND`);
  await onMachine(lab, "s1", `${kubectl} rollout status deployment/web --timeout=180s`);
  const agents = lab.machines.filter(({ role }) => role === "agent");
  return agents.map(({ address }) => `${address}:${nodePort}`);
}

/** As it is made to go on while nodes are drained: two of them apart, which end after nobody asks them any more. */
const workload = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      terminationGracePeriodSeconds: 8
      topologySpreadConstraints:
        - { maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway, labelSelector: { matchLabels: { app: web } } }
      containers:
        - name: web
          image: lab/web:1
          imagePullPolicy: Never
          readinessProbe: { httpGet: { port: 8080 }, periodSeconds: 1 }
          # Its shell is deaf to the usual signal.
          lifecycle: { preStop: { exec: { command: [sleep, "5"] } } }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec:
  type: NodePort
  selector: { app: web }
  ports: [{ port: 80, targetPort: 8080, nodePort: ${nodePort} }]
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec: { minAvailable: 1, selector: { matchLabels: { app: web } } }
`;
