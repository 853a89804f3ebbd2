# bkcache format 1, generated from bkcache.config.yaml: change that file and run "bkcache generate", not this one.

variable "BKCACHE_HOME" {
  default     = homedir()
  description = "Home folder, where local caches are kept."
}

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

variable "NODE_IMAGE" {
  default     = "docker-image://node:24-slim"
  description = "named context with Node, npm and a shell"
}

variable "REGISTRY" {
  default     = "ghcr.io/acme"
  description = "where the images are pushed"
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

group "app" {
  targets = ["app-api", "app-web"]
}

group "ci" {
  description = "everything that a pull request must pass"
  targets     = ["app", "test", "docs"]
}

group "default" {
  targets = ["app"]
}

target "_image" {
  contexts = {
    node = NODE_IMAGE
  }
  target = "app"
  labels = {
    "org.opencontainers.image.source"  = "https://github.com/acme/node-monorepo"
    "org.opencontainers.image.version" = TAG
  }
  cache-from = BKCACHE_READ_SCOPE == "" ? [] : [
    {
      type   = "s3"
      bucket = BUCKET
      name   = "node-monorepo.__image.${bkcache_scope(BKCACHE_READ_SCOPE)}"
      prefix = "node-monorepo/"
    },
  ]
  cache-to = BKCACHE_WRITE_SCOPE == "" ? [] : [
    {
      type         = "local"
      dest         = "${BKCACHE_HOME}/.cache/bkcache/node-monorepo.__image.${bkcache_scope(BKCACHE_WRITE_SCOPE)}"
      ignore-error = "true"
      mode         = "max"
    },
    {
      type         = "s3"
      bucket       = BUCKET
      ignore-error = "true"
      mode         = "max"
      name         = "node-monorepo.__image.${bkcache_scope(BKCACHE_WRITE_SCOPE)}"
      prefix       = "node-monorepo/"
    },
  ]
}

target "app-api" {
  description = "image of api"
  contexts = {
    node = NODE_IMAGE
  }
  target = "app"
  args = {
    APP = "api"
  }
  labels = {
    "com.acme.port"                    = "8080"
    "org.opencontainers.image.source"  = "https://github.com/acme/node-monorepo"
    "org.opencontainers.image.version" = TAG
  }
  tags = ["${REGISTRY}/api:${TAG}"]
  cache-from = BKCACHE_READ_SCOPE == "" ? [] : [
    {
      type   = "s3"
      bucket = BUCKET
      name   = "node-monorepo.app-api.${bkcache_scope(BKCACHE_READ_SCOPE)}"
      prefix = "node-monorepo/"
    },
  ]
  cache-to = BKCACHE_WRITE_SCOPE == "" ? [] : [
    {
      type         = "local"
      dest         = "${BKCACHE_HOME}/.cache/bkcache/node-monorepo.app-api.${bkcache_scope(BKCACHE_WRITE_SCOPE)}"
      ignore-error = "true"
      mode         = "max"
    },
    {
      type         = "s3"
      bucket       = BUCKET
      ignore-error = "true"
      mode         = "max"
      name         = "node-monorepo.app-api.${bkcache_scope(BKCACHE_WRITE_SCOPE)}"
      prefix       = "node-monorepo/"
    },
  ]
}

target "app-web" {
  description = "image of web"
  contexts = {
    node = NODE_IMAGE
  }
  target = "app"
  args = {
    APP = "web"
  }
  labels = {
    "com.acme.port"                    = "8081"
    "org.opencontainers.image.source"  = "https://github.com/acme/node-monorepo"
    "org.opencontainers.image.version" = TAG
  }
  tags = ["${REGISTRY}/web:${TAG}"]
  cache-from = BKCACHE_READ_SCOPE == "" ? [] : [
    {
      type   = "s3"
      bucket = BUCKET
      name   = "node-monorepo.app-web.${bkcache_scope(BKCACHE_READ_SCOPE)}"
      prefix = "node-monorepo/"
    },
  ]
  cache-to = BKCACHE_WRITE_SCOPE == "" ? [] : [
    {
      type         = "local"
      dest         = "${BKCACHE_HOME}/.cache/bkcache/node-monorepo.app-web.${bkcache_scope(BKCACHE_WRITE_SCOPE)}"
      ignore-error = "true"
      mode         = "max"
    },
    {
      type         = "s3"
      bucket       = BUCKET
      ignore-error = "true"
      mode         = "max"
      name         = "node-monorepo.app-web.${bkcache_scope(BKCACHE_WRITE_SCOPE)}"
      prefix       = "node-monorepo/"
    },
  ]
}

target "docs" {
  description = "the site as files"
  context     = "docs"
  contexts = {
    node = NODE_IMAGE
  }
  target = "site"
  labels = {
    "org.opencontainers.image.source" = "https://github.com/acme/node-monorepo"
  }
  cache-from = BKCACHE_READ_SCOPE == "" ? [] : [
    {
      type   = "s3"
      bucket = BUCKET
      name   = "node-monorepo.docs.${bkcache_scope(BKCACHE_READ_SCOPE)}"
      prefix = "node-monorepo/"
    },
  ]
  cache-to = BKCACHE_WRITE_SCOPE == "" ? [] : [
    {
      type         = "local"
      dest         = "${BKCACHE_HOME}/.cache/bkcache/node-monorepo.docs.${bkcache_scope(BKCACHE_WRITE_SCOPE)}"
      ignore-error = "true"
      mode         = "max"
    },
    {
      type         = "s3"
      bucket       = BUCKET
      ignore-error = "true"
      mode         = "max"
      name         = "node-monorepo.docs.${bkcache_scope(BKCACHE_WRITE_SCOPE)}"
      prefix       = "node-monorepo/"
    },
  ]
}

target "test" {
  description = "tests of all packages"
  contexts = {
    node = NODE_IMAGE
  }
  target = "test"
  labels = {
    "org.opencontainers.image.source" = "https://github.com/acme/node-monorepo"
  }
  cache-from = BKCACHE_READ_SCOPE == "" ? [] : [
    {
      type   = "s3"
      bucket = BUCKET
      name   = "node-monorepo.test.${bkcache_scope(BKCACHE_READ_SCOPE)}"
      prefix = "node-monorepo/"
    },
  ]
  cache-to = BKCACHE_WRITE_SCOPE == "" ? [] : [
    {
      type         = "s3"
      bucket       = BUCKET
      ignore-error = "true"
      mode         = "max"
      name         = "node-monorepo.test.${bkcache_scope(BKCACHE_WRITE_SCOPE)}"
      prefix       = "node-monorepo/"
    },
  ]
}
