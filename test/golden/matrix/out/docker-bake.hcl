# bkcache format 1, generated from bkcache.config.yaml: change that file and run "bkcache generate", not this one.

variable "REGISTRY" {
  default = "ghcr.io/acme"
}

group "cli" {
  targets = ["cli_linux", "cli_darwin"]
}

group "default" {
  targets = ["service", "cli_linux"]
}

group "everything" {
  description = "all of it, \"cli\" too"
  targets     = ["default", "cli"]
}

group "service" {
  targets = [
    "service-api-1_25-linux_arm64",
    "service-api-1_26-linux_amd64",
    "service-worker-1_25-linux_arm64",
    "service-worker-1_26-linux_amd64",
  ]
}

target "_go" {
  args = {
    CGO   = "0"
    FLAGS = "-trimpath"
    GO    = "1.25"
  }
  labels = {
    vendor = "acme"
  }
  platforms = ["linux/amd64"]
  secret    = [{ id = "netrc", env = "NETRC" }]
}

target "cli_darwin" {
  args = {
    CGO     = "0"
    FLAGS   = "-trimpath"
    GO      = "1.26"
    GOOS    = "darwin"
    SERVICE = "api"
  }
  labels = {
    vendor = "acme"
  }
  platforms = ["linux/amd64"]
  secret    = [{ id = "netrc", env = "OTHER" }, { id = "more", env = "MORE" }]
}

target "cli_linux" {
  args = {
    CGO     = "0"
    FLAGS   = "-trimpath"
    GO      = "1.26"
    GOOS    = "linux"
    SERVICE = "api"
  }
  labels = {
    vendor = "acme"
  }
  platforms = ["linux/amd64"]
  secret    = [{ id = "netrc", env = "OTHER" }, { id = "more", env = "MORE" }]
}

target "service-api-1_25-linux_arm64" {
  args = {
    CGO     = "0"
    FLAGS   = "-trimpath"
    GO      = "1.25"
    SERVICE = "api"
  }
  labels = {
    vendor = "acme"
  }
  tags      = ["${REGISTRY}/api:1.25"]
  platforms = ["linux/arm64"]
  secret    = [{ id = "netrc", env = "NETRC" }]
}

target "service-api-1_26-linux_amd64" {
  args = {
    CGO     = "0"
    FLAGS   = "-trimpath"
    GO      = "1.26"
    SERVICE = "api"
  }
  labels = {
    vendor = "acme"
  }
  tags      = ["${REGISTRY}/api:1.26"]
  platforms = ["linux/amd64"]
  secret    = [{ id = "netrc", env = "NETRC" }]
}

target "service-worker-1_25-linux_arm64" {
  args = {
    CGO     = "0"
    FLAGS   = "-trimpath"
    GO      = "1.25"
    SERVICE = "worker"
  }
  labels = {
    vendor = "acme"
  }
  tags      = ["${REGISTRY}/worker:1.25"]
  platforms = ["linux/arm64"]
  secret    = [{ id = "netrc", env = "NETRC" }]
}

target "service-worker-1_26-linux_amd64" {
  args = {
    CGO     = "0"
    FLAGS   = "-trimpath"
    GO      = "1.26"
    SERVICE = "worker"
  }
  labels = {
    vendor = "acme"
  }
  tags      = ["${REGISTRY}/worker:1.26"]
  platforms = ["linux/amd64"]
  secret    = [{ id = "netrc", env = "NETRC" }]
}
