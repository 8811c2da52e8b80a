/** The words of `status.status` that only pods can tell, the most telling one first. */
export const POD_STATES = [
  "ImagePullError",
  "ConfigError",
  "VolumeError",
  "RuntimeError",
  "SidecarError",
  "PendingResources",
] as const;

export type PodState = (typeof POD_STATES)[number];
