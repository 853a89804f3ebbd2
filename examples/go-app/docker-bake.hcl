# bkcache format 1, generated from bkcache.config.ts: change that file and run "bkcache generate", not this one.

variable "BKCACHE_READ_SCOPE" {
  default     = ""
  description = "Scope whose layer cache is read; empty for none."
}

variable "BKCACHE_WRITE_SCOPE" {
  default     = ""
  description = "Scope that the layer cache is written to; empty for none."
}

variable "BUCKET" {
  default = "acme-ci"
}

variable "BUSYBOX_IMAGE" {
  default     = "docker-image://busybox:musl"
  description = "named context with /bin/busybox"
}

variable "GO_IMAGE" {
  default     = "docker-image://golang:1.26"
  description = "named context with /usr/local/go"
}

variable "TAG" {
  default = "dev"
}

function "bkcache_encode" {
  params = [escaped]
  result = replace(replace(replace(replace(replace(escaped, "_", "__"), "+", "_20"), ".", "_2E"), "~", "_7E"), "%", "_")
}

function "bkcache_cut" {
  params = [encoded]
  result = strlen(encoded) > 56 ? "${substr(encoded, 0, 37)}-_-${substr(sha256(encoded), 0, 16)}" : encoded
}

function "bkcache_scope" {
  params = [scope]
  result = bkcache_cut(bkcache_encode(urlencode(scope)))
}

group "default" {
  targets = ["api", "worker"]
}

target "api" {
  description = "takes jobs over HTTP"
  contexts = {
    busybox = BUSYBOX_IMAGE
    golang  = GO_IMAGE
  }
  target = "api"
  tags   = ["acme/api:${TAG}"]
  cache-from = BKCACHE_READ_SCOPE == "" ? [] : [
    {
      type   = "s3"
      bucket = BUCKET
      name   = "go-app.api.${bkcache_scope(BKCACHE_READ_SCOPE)}"
      prefix = "go-app/"
    },
  ]
  cache-to = BKCACHE_WRITE_SCOPE == "" ? [] : [
    {
      type         = "s3"
      bucket       = BUCKET
      ignore-error = "true"
      mode         = "max"
      name         = "go-app.api.${bkcache_scope(BKCACHE_WRITE_SCOPE)}"
      prefix       = "go-app/"
    },
  ]
}

target "worker" {
  description = "works on them"
  contexts = {
    busybox = BUSYBOX_IMAGE
    golang  = GO_IMAGE
  }
  target = "worker"
  tags   = ["acme/worker:${TAG}"]
  cache-from = BKCACHE_READ_SCOPE == "" ? [] : [
    {
      type   = "s3"
      bucket = BUCKET
      name   = "go-app.worker.${bkcache_scope(BKCACHE_READ_SCOPE)}"
      prefix = "go-app/"
    },
  ]
  cache-to = BKCACHE_WRITE_SCOPE == "" ? [] : [
    {
      type         = "s3"
      bucket       = BUCKET
      ignore-error = "true"
      mode         = "max"
      name         = "go-app.worker.${bkcache_scope(BKCACHE_WRITE_SCOPE)}"
      prefix       = "go-app/"
    },
  ]
}
