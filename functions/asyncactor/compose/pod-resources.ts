import { type FieldPath, type Finding, quoteValue } from "../../../core/finding.ts";
import { quantityOf } from "../../../core/quantity.ts";
import { isSet, memberOf, type Part, refused } from "./pod-walk.ts";

/** Without a domain; anything else must have one, such as nvidia.com/gpu. */
const STANDARD = /^(cpu|memory|ephemeral-storage|storage|hugepages-.+)$/;

/** Requests and limits that Kubernetes would refuse. */
export function resourceFindings(container: Part): Finding[] {
  const resources = memberOf(container, "resources");
  if (resources === undefined) return [];
  const requests = memberOf(resources, "requests");
  const limits = memberOf(resources, "limits");
  const limitPath = [...resources.path, "limits"];
  return [
    ...[requests, limits].flatMap((amounts) => (amounts === undefined ? [] : amountFindings(amounts))),
    ...Object.entries(requests?.fields ?? {}).flatMap(([resource, request]) =>
      requestFindings(
        resource,
        request,
        limits?.fields[resource],
        [...resources.path, "requests"],
        limitPath,
      ),
    ),
  ];
}

function amountFindings({ fields, path }: Part): Finding[] {
  return Object.entries(fields).flatMap(([resource, amount]) => {
    const at = [...path, resource];
    if (!STANDARD.test(resource) && !resource.includes("/")) {
      const fix = resource.includes("gpu")
        ? "write nvidia.com/gpu, or your vendor's"
        : "write it with its domain";
      return [refused(at, `is no resource of Kubernetes (got ${quoteValue(resource)})`, fix)];
    }
    if (quantityOf(amount) < 0)
      return [refused(at, `must not be negative (got ${quoteValue(amount)})`, "correct it")];
    if (!isExtended(resource) || Number.isNaN(quantityOf(amount)) || Number.isInteger(quantityOf(amount)))
      return [];
    return [refused(at, `must be a whole number (got ${quoteValue(amount)})`, "devices are not divided")];
  });
}

/** Devices cannot be overcommitted: what is requested is the limit. */
function requestFindings(
  resource: string,
  request: unknown,
  limit: unknown,
  requests: FieldPath,
  limits: FieldPath,
): Finding[] {
  const path = [...requests, resource];
  const got = `(got ${quoteValue(request)})`;
  if (!isExtended(resource)) {
    if (!(quantityOf(request) > quantityOf(limit))) return [];
    return [refused(path, `is above the limit ${quoteValue(limit)} ${got}`, "lower it, or raise the limit")];
  }
  if (!isSet(limit))
    return [refused([...limits, resource], `must be set where it is requested ${got}`, "set the same limit")];
  if (quantityOf(request) === quantityOf(limit)) return [];
  return [refused(path, `must be the limit ${quoteValue(limit)} ${got}`, "set the limit alone")];
}

/** A device of a vendor, such as nvidia.com/gpu. */
function isExtended(resource: string): boolean {
  return resource.includes("/") && !resource.includes("kubernetes.io/");
}
