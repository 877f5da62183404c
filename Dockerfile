# The portal: web, worker and release are one image, started by bin/start as the Procfile says.
# It writes to /tmp and to the folder of photos alone: run it with a read-only file system.

FROM node:22-bookworm-slim AS scripts
WORKDIR /srv/portal
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM python:3.13-slim-bookworm AS build
WORKDIR /srv/portal
COPY requirements/s3.txt requirements/
RUN python -m venv .venv \
    && .venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check \
        --require-hashes -r requirements/s3.txt
COPY . .
COPY --from=scripts /srv/portal/node_modules node_modules
RUN bin/as-production .venv/bin/python manage.py collectstatic --noinput \
    && .venv/bin/python -m compileall -q portal

FROM python:3.13-slim-bookworm
RUN install -d -o 10001 -g 10001 -m 0700 /srv/photos
WORKDIR /srv/portal
COPY --from=build /srv/portal ./
ENV HOME=/tmp \
    PATH=/srv/portal/.venv/bin:$PATH \
    PORTAL_PHOTOS_FOLDER=/srv/photos \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --retries=3 --start-period=60s --start-interval=2s \
    CMD ["bin/healthy"]
ENTRYPOINT ["bin/start"]
CMD ["web"]
