import { defineConfig } from "bkcache";

export default defineConfig({
  project: "go-modules",
  variables: {
    TAG: "dev",
    BUCKET: "acme-ci",
    // A machine without a registry points them at folders, as in examples/go-app.
    GO_IMAGE: {
      default: "docker-image://golang:1.26",
      description: "named context with /usr/local/go and the certificates of public authorities",
    },
    BUSYBOX_IMAGE: { default: "docker-image://busybox:musl", description: "named context with /bin/busybox" },
  },
  backends: {
    // Region, endpoint and credentials come from the environment: AWS_REGION, AWS_ENDPOINT_URL, AWS_PROFILE, ...
    remote: { type: "s3", url: "s3://${BUCKET}/go-modules/" },
  },
  cache: { read: ["remote"], write: ["remote"] },
  mounts: {
    gomod: "go-mod",
    gobuild: { preset: "go-build", maxSize: "4GiB" },
  },
  targets: {
    prices: {
      contexts: { golang: "${GO_IMAGE}", busybox: "${BUSYBOX_IMAGE}" },
      // The address of a proxy may hold a password, and which one it is decides nothing of what is built.
      secret: ["id=goproxy,env=GOPROXY"],
      tags: ["acme/prices:${TAG}"],
    },
  },
});
