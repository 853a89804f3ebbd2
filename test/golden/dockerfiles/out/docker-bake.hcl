# bkcache format 1, generated from bkcache.config.yaml: change that file and run "bkcache generate", not this one.

group "default" {
  targets = ["api", "worker", "tools", "site", "gone"]
}

target "api" {
  target = "api"
}

target "gone" {
  context = "gone"
}

target "site" {
  context    = "site"
  dockerfile = "Site.Dockerfile"
}

target "tools" {
  context = "tools"
}

target "worker" {
  target = "worker"
  args = {
    GO = "1.26"
  }
}
