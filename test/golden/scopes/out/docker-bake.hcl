# bkcache format 1, generated from bkcache.config.yaml: change that file and run "bkcache generate", not this one.

variable "ARCH" {
  default = "amd64"
}

variable "BKCACHE_READ_SCOPE" {
  default     = ""
  description = "Scope whose layer cache is read; empty for the target's own, or none."
}

variable "BKCACHE_WRITE_SCOPE" {
  default     = ""
  description = "Scope that the layer cache is written to; empty for the target's own, or none."
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

function "bkcache_platform" {
  params = [platform]
  result = bkcache_encode(replace(replace(urlencode(platform), "-", "%2D"), "%2F", "-"))
}

group "default" {
  targets = ["app", "quiet", "other_one", "own"]
}

target "app" {
  platforms = ["linux/${ARCH}", "linux/arm64"]
  cache-from = [
    {
      type   = "s3"
      bucket = "acme-ci"
      name   = "scopes.app.linux-${bkcache_platform(ARCH)}.linux-arm64.${bkcache_scope(BKCACHE_READ_SCOPE != "" ? BKCACHE_READ_SCOPE : "feature/x")}"
      prefix = "layers/"
      region = "eu-central-1"
    },
  ]
  cache-to = BKCACHE_WRITE_SCOPE == "" ? [] : [
    {
      type         = "local"
      dest         = ".cache/scopes.app.linux-${bkcache_platform(ARCH)}.linux-arm64.${bkcache_scope(BKCACHE_WRITE_SCOPE)}"
      ignore-error = "true"
      mode         = "max"
    },
    {
      type         = "s3"
      bucket       = "acme-ci"
      ignore-error = "true"
      mode         = "max"
      name         = "scopes.app.linux-${bkcache_platform(ARCH)}.linux-arm64.${bkcache_scope(BKCACHE_WRITE_SCOPE)}"
      prefix       = "layers/"
      region       = "eu-central-1"
    },
  ]
}

target "other_one" {
  cache-from = [
    {
      type = "local"
      src  = ".cache/scopes.other__one.${bkcache_scope(BKCACHE_READ_SCOPE != "" ? BKCACHE_READ_SCOPE : "release 1.0")}"
    },
  ]
  cache-to = [
    {
      type         = "local"
      dest         = ".cache/scopes.other__one.${bkcache_scope(BKCACHE_WRITE_SCOPE != "" ? BKCACHE_WRITE_SCOPE : "release 1.0")}"
      ignore-error = "true"
      mode         = "max"
    },
    {
      type         = "s3"
      bucket       = "acme-ci"
      ignore-error = "true"
      mode         = "max"
      name         = "scopes.other__one.${bkcache_scope(BKCACHE_WRITE_SCOPE != "" ? BKCACHE_WRITE_SCOPE : "release 1.0")}"
      prefix       = "layers/"
      region       = "eu-central-1"
    },
  ]
}

target "own" {
  cache-from = BKCACHE_READ_SCOPE == "" ? [] : [
    {
      type   = "s3"
      bucket = "acme-ci"
      name   = "scopes.own.${bkcache_scope(BKCACHE_READ_SCOPE)}"
      prefix = "layers/"
      region = "eu-central-1"
    },
  ]
  cache-to = ["type=inline"]
}

target "quiet" {
  cache-from = BKCACHE_READ_SCOPE == "" ? [] : [
    {
      type   = "s3"
      bucket = "acme-ci"
      name   = "scopes.quiet.${bkcache_scope(BKCACHE_READ_SCOPE)}"
      prefix = "layers/"
      region = "eu-central-1"
    },
  ]
  cache-to = BKCACHE_WRITE_SCOPE == "" ? [] : [
    {
      type         = "local"
      dest         = ".cache/scopes.quiet.${bkcache_scope(BKCACHE_WRITE_SCOPE)}"
      ignore-error = "true"
      mode         = "max"
    },
    {
      type         = "s3"
      bucket       = "acme-ci"
      ignore-error = "true"
      mode         = "max"
      name         = "scopes.quiet.${bkcache_scope(BKCACHE_WRITE_SCOPE)}"
      prefix       = "layers/"
      region       = "eu-central-1"
    },
  ]
}
