# Tillside in two stages: wheels, then a small image without compiler or root.
#   docker build -t tillside .
#   docker run --env-file environment -v tillside:/data -p 127.0.0.1:8000:8000 tillside \
#     python -m flask --app webapp db upgrade      # once, and after each update
#   docker run --env-file environment -v tillside:/data -p 127.0.0.1:8000:8000 tillside

FROM python:3.11-slim AS wheels
WORKDIR /build
COPY requirements/run.txt requirements/run.txt
RUN python -m pip wheel --no-cache-dir --require-hashes --wheel-dir wheels -r requirements/run.txt

FROM python:3.11-slim
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HOST=0.0.0.0 PORT=8000 VAR_DIR=/data
RUN useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin tillside && install -d -o tillside -g tillside -m 0700 /data
WORKDIR /app
# Stays in the image: it names what is installed there, for whoever has to check it.
COPY requirements/run.txt requirements/run.txt
COPY --from=wheels /build/wheels /tmp/wheels
RUN python -m pip install --no-cache-dir --no-deps /tmp/wheels/*.whl && rm -rf /tmp/wheels
COPY static static
COPY templates templates
COPY webapp webapp
RUN python -m webapp.register && python -m webapp.ui.assets && python -m compileall -q webapp
USER tillside
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/healthz', timeout=4)"]
CMD ["python", "-m", "webapp.serve"]
