# syntax=docker/dockerfile:1
# amd64 and arm64: every native part comes as a platform package from the npm registry, nothing is compiled.
FROM node:24-bookworm-slim AS install
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY scripts/trim-install.mjs scripts/
RUN npm ci --omit=dev --no-audit --no-fund \
  && npx --yes generate-license-file@4.2.5 --input package.json --output THIRD_PARTY_LICENSES.txt --overwrite --ci
COPY gateway gateway
COPY workers workers
COPY shared shared

# The Node that npm installed is the one that the tests run on; the base brings glibc and libstdc++ alone.
FROM debian:bookworm-slim
LABEL org.opencontainers.image.title="visual-reasoning-gateway" \
  org.opencontainers.image.licenses="MIT AND GPL-3.0-or-later"
ENV NODE_ENV=production DATA_DIR=/data PORT=5000 PATH=/app/node_modules/.bin:/usr/bin:/bin \
  MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=65536 MALLOC_TRIM_THRESHOLD_=65536
WORKDIR /app
COPY --from=install /app /app
COPY LICENSE NOTICE.md ./
RUN mkdir /data && chown 1000:1000 /data
USER 1000:1000
VOLUME /data
# 5000: HTTP and WebSockets. 8082 and up, UDP: WebRTC of each RTSP worker.
EXPOSE 5000/tcp 8082-8083/udp
HEALTHCHECK --interval=15s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/livez`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--disable-sigusr1", "--expose-gc", "--max-semi-space-size=2", "gateway/main.ts"]
