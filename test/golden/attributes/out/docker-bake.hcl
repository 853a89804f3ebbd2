# bkcache format 1, generated from bkcache.config.yaml: change that file and run "bkcache generate", not this one.

variable "DEBUG" {
  default = false
}

variable "EMPTY" {
  description = "no default"
}

variable "PORTS" {
  type = map(number)
  default = {
    http         = 80
    "https port" = 443
  }
}

variable "TAG" {
  default = "dev"
}

variable "TAGS" {
  type        = list(string)
  default     = ["acme/app:1", "acme/app:latest"]
  description = "all tags, in full"
  validation {
    condition     = length(TAGS) > 0
    error_message = "TAGS must not be \"empty\""
  }
  validation {
    condition = TAGS != null
  }
}

variable "WORKERS" {
  default = 4
}

group "default" {
  targets = ["app", "deps"]
}

target "app" {
  description = "the ${TAG} image"
  context     = "./app"
  contexts = {
    base = "docker-image://busybox:musl"
    deps = "target:deps"
  }
  dockerfile = "build/Dockerfile"
  target     = "final"
  args = {
    BESIDE      = "$ ${TAG}\u0025${TAG}"
    LINES       = "one\ntwo\ttabbed\r\n"
    QUOTED      = "say \"hi\" \\ there"
    SHELL_VALUE = "$${HOME}/bin:%%{x} $HOME 100%"
    VERSION     = "1.20"
    WORKERS     = WORKERS
    "odd key"   = "é 日本 😀"
  }
  labels = {
    "%%{label}"                      = "x"
    "org.opencontainers.image.title" = "app"
  }
  annotations = ["index:org.opencontainers.image.title=app", "org.opencontainers.image.description=for ${TAG}"]
  tags        = TAGS
  platforms   = ["linux/amd64", "linux/arm64"]
  secret      = [{ id = "npm", env = "NPM_TOKEN" }, "id=netrc,src=.netrc"]
  ssh         = ["default", { id = "deploy", paths = ["keys/one", "keys/two"] }]
  network     = "host"
  extra-hosts = {
    "db.example" = "10.0.0.7"
  }
  entitlements = ["network.host"]
  shm-size     = "128m"
  ulimits      = ["nofile=1024:2048"]
  resources = {
    cpu-shares  = "512"
    cpuset-cpus = "0-3"
    memory      = "2g"
    memory-swap = "-1"
  }
  pull            = true
  no-cache        = DEBUG
  no-cache-filter = ["download"]
  attest          = [{ type = "provenance", mode = "max" }, "type=sbom"]
  policy          = [{ filename = "policy.rego", log-level = "warn", strict = true }, "disabled=true"]
  call            = "build"
  output          = [{ type = "image", name = "acme/app:${TAG}", push = "true" }, "type=local,dest=out"]
  cache-from      = ["type=registry,ref=acme/app:cache", { type = "local", src = ".cache" }]
  cache-to        = [{ type = "local", dest = ".cache", mode = "max" }]
}

target "deps" {
  dockerfile-inline = "FROM scratch\nCOPY <<EOT /greeting\nhello ${TAG}, $${HOME} and \"you\"\nEOT\n"
}
