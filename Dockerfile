# syntax=docker/dockerfile:1
# The image holds the compiled program and the packages it runs on; config and data come from outside, in /srv/connector.

FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No package needs its install script: better-sqlite3 brings its binaries.
RUN npm ci --omit=dev --ignore-scripts

FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src src
# Not `npm run build`: npm scripts use the `node` of node_modules, which is not there without install scripts.
RUN node node_modules/typescript/bin/tsc -p tsconfig.build.json && cp -R src/admin/assets dist/admin/

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY drizzle drizzle
COPY package.json README.md CHANGELOG.md LICENSE ./
# The program by its name for `docker exec`, and a folder for config and data that its user owns. A fresh volume takes over the owner and mode of data/.
RUN ln -s /app/dist/main.js /usr/local/bin/shopify-converge \
  && chmod +x dist/main.js \
  && install -d -o node -g node /srv/connector \
  && install -d -o node -g node -m 700 /srv/connector/data

USER node
WORKDIR /srv/connector
VOLUME /srv/connector/data
# Webhooks; status, metrics and health.
EXPOSE 3000 3001
# `docker stop` waits 10 s by default and a clean stop may take server.graceSeconds (20): run it with --stop-timeout 30. Compose does.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:3001/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# It heeds its signals as process 1 and starts no others; --init lets Ctrl-C end one-shot commands, too. Compose has it.
ENTRYPOINT ["shopify-converge"]
CMD ["start"]
