export type { K3sClusterArgs, MachineArgs } from "./cluster-args";
export type { ElsewhereArgs } from "./elsewhere";
export {
  type BackendArgs,
  HaProxyFrontend,
  type HaProxyFrontendArgs,
  type StatsArgs,
} from "./ha-proxy-frontend";
export type { Hooks } from "./hook";
export { K3sAgent, type K3sAgentArgs } from "./k3s-agent";
export { K3sCluster } from "./k3s-cluster";
export { K3sServer, type K3sServerArgs } from "./k3s-server";
export { KeepalivedVip, type KeepalivedVipArgs, type VipMachineArgs } from "./keepalived-vip";
export type { JoinArgs, NodeArgs } from "./node-args";
