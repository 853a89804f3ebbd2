# bkcache format 1, generated from bkcache.config.yaml: change that file and run "bkcache generate", not this one.

variable "BKCACHE_HOME" {
  default     = homedir()
  description = "Home folder, where local caches are kept."
}

variable "BKCACHE_READ_SCOPE" {
  default     = "main"
  description = "Scope whose layer cache is read; empty for none."
}

variable "BKCACHE_WRITE_SCOPE" {
  default     = "main"
  description = "Scope that the layer cache is written to; empty for none."
}

variable "BUCKET" {
  default = "acme-ci"
}

variable "OWNER" {
  default = "acme"
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
  targets = ["app", "min", "read-inline", "none", "relayed-alone"]
}

target "app" {
  platforms = ["linux/arm64", "linux/amd64"]
  cache-from = BKCACHE_READ_SCOPE == "" ? [] : [
    {
      type   = "s3"
      bucket = BUCKET
      name   = "backends.app.linux-amd64.linux-arm64.${bkcache_scope(BKCACHE_READ_SCOPE)}"
      prefix = "layers/"
      region = "eu-central-1"
    },
  ]
  cache-to = BKCACHE_WRITE_SCOPE == "" ? [] : [
    {
      type         = "local"
      compression  = "zstd"
      dest         = "${BKCACHE_HOME}/.cache/bkcache/backends.app.linux-amd64.linux-arm64.${bkcache_scope(BKCACHE_WRITE_SCOPE)}"
      ignore-error = "true"
      mode         = "max"
      reset        = "true"
    },
    {
      type               = "s3"
      bucket             = BUCKET
      ignore-error       = "true"
      mode               = "max"
      name               = "backends.app.linux-amd64.linux-arm64.${bkcache_scope(BKCACHE_WRITE_SCOPE)}"
      prefix             = "layers/"
      region             = "eu-central-1"
      touch_refresh      = "12h"
      upload_parallelism = "8"
    },
    {
      type           = "s3"
      bucket         = "ci"
      endpoint_url   = "https://minio.example"
      ignore-error   = "true"
      mode           = "max"
      name           = "backends.app.linux-amd64.linux-arm64.${bkcache_scope(BKCACHE_WRITE_SCOPE)}"
      prefix         = "layers/"
      region         = "us-east-1"
      retry_mode     = "adaptive"
      use_path_style = "true"
    },
    {
      type                    = "s3"
      bucket                  = "acme-ci"
      disable_accept_encoding = "true"
      endpoint_url            = "https://storage.googleapis.com"
      ignore-error            = "true"
      mode                    = "max"
      name                    = "backends.app.linux-amd64.linux-arm64.${bkcache_scope(BKCACHE_WRITE_SCOPE)}"
      prefix                  = "layers/"
      region                  = "auto"
      use_path_style          = "true"
    },
    {
      type              = "registry"
      compression       = "zstd"
      compression-level = "3"
      force-compression = "true"
      ignore-error      = "true"
      mode              = "max"
      ref               = "ghcr.io/${OWNER}/cache:backends.app.linux-amd64.linux-arm64.${bkcache_scope(BKCACHE_WRITE_SCOPE)}"
    },
    {
      type         = "gha"
      ignore-error = "true"
      mode         = "max"
      scope        = "ci-backends.app.linux-amd64.linux-arm64.${bkcache_scope(BKCACHE_WRITE_SCOPE)}"
    },
    {
      type         = "azblob"
      account_url  = "https://acme.blob.core.windows.net"
      container    = "ci"
      ignore-error = "true"
      mode         = "max"
      name         = "backends.app.linux-amd64.linux-arm64.${bkcache_scope(BKCACHE_WRITE_SCOPE)}"
      prefix       = "layers/"
    },
    { type = "inline" },
  ]
}

target "min" {
  cache-from = BKCACHE_READ_SCOPE == "" ? [] : [
    {
      type = "registry"
      ref  = "ghcr.io/${OWNER}/cache:backends.min.${bkcache_scope(BKCACHE_READ_SCOPE)}"
    },
  ]
  cache-to = BKCACHE_WRITE_SCOPE == "" ? [] : [
    {
      type              = "registry"
      compression       = "zstd"
      compression-level = "3"
      force-compression = "true"
      ignore-error      = "false"
      mode              = "min"
      ref               = "ghcr.io/${OWNER}/cache:backends.min.${bkcache_scope(BKCACHE_WRITE_SCOPE)}"
    },
  ]
}

target "none" {}

target "read-inline" {
  cache-from = BKCACHE_READ_SCOPE == "" ? [] : [{ type = "registry", ref = "ghcr.io/${OWNER}/app:latest" }]
}

target "relayed-alone" {}
