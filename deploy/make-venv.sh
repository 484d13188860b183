#!/bin/sh
# Makes .venv with the Python given, or says in one line what is missing. Used by `make install`.
set -eu
python=${1:-}

say() { echo "$*" >&2; exit 1; }

is_right() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

install_or_say() { # packages
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get -qq update
        DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends "$@" >/dev/null
    else
        say "Missing: run 'sudo apt-get install $*', then this command again."
    fi
}

if [ -z "$python" ] || ! is_right "$python"; then
    install_or_say python3.11 python3.11-venv
    python=$(command -v python3.11)
fi
if .venv/bin/python -m pip --version >/dev/null 2>&1 && is_right .venv/bin/python; then
    exit 0
fi
rm -rf .venv
version=$("$python" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    install_or_say "$version-venv"
fi
"$python" -m venv .venv || { rm -rf .venv; say "'$python -m venv .venv' failed; see above."; }
