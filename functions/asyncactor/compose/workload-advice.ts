import type { Advice } from "../../../core/advice.ts";

/** In the words of Kubernetes' admission and controllers. */
export const WORKLOAD_ADVICE: Advice = [
  [
    /no PriorityClass with name/,
    "make the priority class, or correct priorityClassName in workload.template.spec",
  ],
  [/exceeded quota/, "ask for less in resources, or have the namespace's ResourceQuota raised"],
  [/must specify (limits|requests)/, "set them in resources of every container, as the namespace asks"],
  [
    /violates PodSecurity/,
    "set what it names in workload.template.spec, or label the namespace for a weaker profile",
  ],
  [/serviceaccount "[^"]*" not found/, "make the ServiceAccount, or correct serviceAccountName"],
  [
    /denied the request|denied request/,
    "change what the policy names in workload.template, or ask the policy's owner",
  ],
  [/timed out progressing|exceeded its progress deadline/, "kubectl describe its pods and read their logs"],
];
