/** A Kubernetes object as it is written to the API server: no status, no server-side metadata. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: Metadata;
  [field: string]: unknown;
}

export interface Metadata {
  name: string;
  namespace?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  resourceVersion?: string;
}

/** An object as the API server returned it; nothing in it is promised. */
export interface Observed {
  apiVersion?: string;
  kind?: string;
  metadata?: ObservedMetadata;
  spec?: Record<string, unknown>;
  status?: Record<string, unknown>;
  data?: unknown;
}

export interface ObservedMetadata extends Partial<Metadata> {
  uid?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  ownerReferences?: { uid: string; controller?: boolean; kind?: string; name?: string }[];
  managedFields?: ManagedFieldsEntry[];
}

export interface ManagedFieldsEntry {
  manager?: string;
  operation?: string;
  subresource?: string;
  time?: string;
  fieldsV1?: Record<string, unknown>;
}

export interface EnvVar {
  name: string;
  value?: string;
  valueFrom?: { secretKeyRef?: { name: string; key: string }; fieldRef?: { fieldPath: string } };
}
