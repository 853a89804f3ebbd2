# syntax=docker/dockerfile:1
# Written by bkcache from Site.Dockerfile.hbs: change that file and run "bkcache generate", not this one.

# The site of shop.
FROM golang:1.26
ENV GOMODCACHE=/go/pkg/mod GOCACHE=/root/.cache/go-build
ARG TARGETARCH
RUN --mount=type=cache,id=shop-gomod,target=/go/pkg/mod --mount=type=cache,id=shop-gobuild-${TARGETARCH},target=/root/.cache/go-build go run ./site
# bkcache: gomod
RUN --mount=type=cache,id=shop-gomod,target=/go/pkg/mod go version
RUN go env -json | grep '{{x}}'
