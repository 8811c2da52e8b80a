/** The shortest AsyncActor that nobody refuses, as YAML. */
export function leastActor(name: string): string {
  return `apiVersion: asya.sh/v1alpha1
kind: AsyncActor
metadata: {name: ${name}}
spec:
  transport: rabbitmq
  workload:
    template:
      spec:
        containers: [{name: asya-runtime, image: "app:1", env: [{name: ASYA_HANDLER, value: a.b}]}]
`;
}
