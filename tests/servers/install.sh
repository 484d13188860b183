#!/bin/sh
# Brings the servers and the browser that the tests start: from Debian when root, else says how.
set -eu
missing=
command -v chromium >/dev/null || missing="$missing chromium"
[ -x /usr/sbin/nginx ] || command -v nginx >/dev/null || missing="$missing nginx-light"
command -v openssl >/dev/null || missing="$missing openssl"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null ||
    missing="$missing postgresql"
command -v redis-server >/dev/null || missing="$missing redis-server"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" != 0 ]; then
    echo "The tests need more: run 'sudo apt-get install$missing', then this command again." >&2
    exit 1
fi
echo "Installing$missing"
apt-get -qq update
# shellcheck disable=SC2086  # a list of packages
RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends $missing >/dev/null
