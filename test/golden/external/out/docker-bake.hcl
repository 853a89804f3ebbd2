# bkcache format 1, generated from bkcache.config.yaml: change that file and run "bkcache generate", not this one.

variable "BKCACHE_READ_SCOPE" {
  default     = ""
  description = "Scope whose layer cache is read; empty for none."
}

variable "BKCACHE_WRITE_SCOPE" {
  default     = ""
  description = "Scope that the layer cache is written to; empty for none."
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
  targets = ["api", "worker", "plain"]
}

target "_api-base" {
  args = {
    A = "1"
  }
  labels = {
    team = "one"
  }
  tags      = ["acme/default:${TAG}"]
  platforms = ["linux/amd64"]
}

target "_common" {
  args = {
    A = "1"
  }
  labels = {
    team = "one"
  }
  tags      = ["acme/default:${TAG}"]
  platforms = ["linux/amd64"]
  cache-from = BKCACHE_READ_SCOPE == "" ? [] : [
    {
      type   = "s3"
      bucket = "acme-ci"
      name   = "external.__common.linux-amd64.${bkcache_scope(BKCACHE_READ_SCOPE)}"
      region = "eu-central-1"
    },
  ]
  cache-to = BKCACHE_WRITE_SCOPE == "" ? [] : [
    {
      type         = "s3"
      bucket       = "acme-ci"
      ignore-error = "true"
      mode         = "max"
      name         = "external.__common.linux-amd64.${bkcache_scope(BKCACHE_WRITE_SCOPE)}"
      region       = "eu-central-1"
    },
  ]
}

target "_worker-base" {
  labels = {
    team = "one"
  }
  tags = ["acme/default:${TAG}"]
}

target "_worker-base2" {
  args = {
    A = "1"
  }
  platforms = ["linux/amd64"]
}

target "api" {
  inherits = ["_api-base", "docker-metadata-action"]
  args = {
    B = "2"
  }
  cache-from = BKCACHE_READ_SCOPE == "" ? [] : [
    {
      type   = "s3"
      bucket = "acme-ci"
      name   = "external.api.linux-amd64.${bkcache_scope(BKCACHE_READ_SCOPE)}"
      region = "eu-central-1"
    },
  ]
  cache-to = BKCACHE_WRITE_SCOPE == "" ? [] : [
    {
      type         = "s3"
      bucket       = "acme-ci"
      ignore-error = "true"
      mode         = "max"
      name         = "external.api.linux-amd64.${bkcache_scope(BKCACHE_WRITE_SCOPE)}"
      region       = "eu-central-1"
    },
  ]
}

target "docker-metadata-action" {}

target "docker-metadata-action-worker" {}

target "plain" {
  args = {
    A = "1"
  }
  labels = {
    team = "one"
  }
  tags      = ["acme/default:${TAG}"]
  platforms = ["linux/amd64"]
  cache-from = BKCACHE_READ_SCOPE == "" ? [] : [
    {
      type   = "s3"
      bucket = "acme-ci"
      name   = "external.plain.linux-amd64.${bkcache_scope(BKCACHE_READ_SCOPE)}"
      region = "eu-central-1"
    },
  ]
  cache-to = BKCACHE_WRITE_SCOPE == "" ? [] : [
    {
      type         = "s3"
      bucket       = "acme-ci"
      ignore-error = "true"
      mode         = "max"
      name         = "external.plain.linux-amd64.${bkcache_scope(BKCACHE_WRITE_SCOPE)}"
      region       = "eu-central-1"
    },
  ]
}

target "worker" {
  inherits = ["_worker-base", "docker-metadata-action", "_worker-base2", "docker-metadata-action-worker"]
  tags     = []
  cache-from = BKCACHE_READ_SCOPE == "" ? [] : [
    {
      type   = "s3"
      bucket = "acme-ci"
      name   = "external.worker.linux-amd64.${bkcache_scope(BKCACHE_READ_SCOPE)}"
      region = "eu-central-1"
    },
  ]
  cache-to = BKCACHE_WRITE_SCOPE == "" ? [] : [
    {
      type         = "s3"
      bucket       = "acme-ci"
      ignore-error = "true"
      mode         = "max"
      name         = "external.worker.linux-amd64.${bkcache_scope(BKCACHE_WRITE_SCOPE)}"
      region       = "eu-central-1"
    },
  ]
}
