# bkcache format 1, generated from bkcache.config.json: change that file and run "bkcache generate", not this one.

group "default" {
  targets = ["app"]
}

target "app" {}
