import { defineConfig } from "bkcache";

export default defineConfig({
  project: "go-app",
  variables: {
    TAG: "dev",
    BUCKET: "acme-ci",
    // Where the Go SDK and a shell come from. A machine without a registry points them at folders:
    // GO_IMAGE=/opt/go-context BUSYBOX_IMAGE=/opt/busybox-context bkcache bake
    GO_IMAGE: { default: "docker-image://golang:1.26", description: "named context with /usr/local/go" },
    BUSYBOX_IMAGE: { default: "docker-image://busybox:musl", description: "named context with /bin/busybox" },
  },
  backends: {
    // Region, endpoint and credentials come from the environment: AWS_REGION, AWS_ENDPOINT_URL, AWS_PROFILE, ...
    remote: { type: "s3", url: "s3://${BUCKET}/go-app/" },
  },
  cache: { read: ["remote"], write: ["remote"] },
  mounts: {
    gomod: "go-mod",
    gobuild: { preset: "go-build", maxSize: "4GiB" },
  },
  defaults: {
    contexts: { golang: "${GO_IMAGE}", busybox: "${BUSYBOX_IMAGE}" },
  },
  targets: {
    api: { target: "api", tags: ["acme/api:${TAG}"], description: "takes jobs over HTTP" },
    worker: { inherits: ["api"], target: "worker", tags: ["acme/worker:${TAG}"], description: "works on them" },
  },
  groups: { default: ["api", "worker"] },
});
