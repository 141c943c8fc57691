# swinit and nothing else. `make image` builds it; so does `docker build .` or `podman build .`.
# The builder: any image with Swift 6.3 or later. What else the build needs is installed there unless it has it.
ARG BUILDER=docker.io/library/swift:6.3-bookworm

FROM ${BUILDER} AS build
RUN { command -v make && command -v strip && test -e "/usr/lib/$(uname -m)-linux-musl/libc.a"; } >/dev/null \
  || { apt-get update -q && apt-get install -q -y --no-install-recommends binutils make musl-dev && rm -rf /var/lib/apt/lists/*; }
WORKDIR /src
COPY . .
RUN make static
# What the checkout's umask made of the modes does not count.
RUN cp -a rootfs /image && find /image -name .keep -delete && chmod -R u=rwX,go=rX /image \
  && install -m 755 build/swinit /image/swinit

FROM scratch
ARG VERSION=0.1.0
ARG REVISION=
ARG SOURCE=
LABEL org.opencontainers.image.title="swinit" \
  org.opencontainers.image.description="PID 1 for containers: forwards signals, reaps orphans, ends in order" \
  org.opencontainers.image.source="${SOURCE}" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}"
COPY --from=build /image/ /
ENTRYPOINT ["/swinit", "--"]
