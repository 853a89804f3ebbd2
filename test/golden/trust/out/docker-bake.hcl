# bkcache format 1, generated from bkcache.config.yaml: change that file and run "bkcache generate", not this one.

variable "BKCACHE_READ_SCOPE" {
  default     = "main"
  description = "Scope whose layer cache is read; empty for none."
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
  targets = ["api", "tools"]
}

target "api" {
  tags = ["acme/api"]
  cache-from = BKCACHE_READ_SCOPE == "" ? [] : [
    {
      type             = "s3"
      blobs_prefix     = "b/"
      bucket           = "acme-ci"
      manifests_prefix = "m/"
      name             = "shop._e2.api.${bkcache_scope(BKCACHE_READ_SCOPE)}"
      prefix           = "shop/trust/main/"
      region           = "eu-central-1"
    },
  ]
}

target "tools" {
  cache-from = ["type=registry,ref=acme/tools"]
  cache-to   = ["type=inline"]
}
