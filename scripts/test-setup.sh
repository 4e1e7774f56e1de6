#!/bin/sh
# What the tests need from the system: Chromium, fonts with Chinese, msgfmt. Root gets them by apt.
set -eu

missing=""
command -v chromium >/dev/null || missing="$missing chromium"
command -v msgfmt >/dev/null || missing="$missing gettext"
if ! { command -v fc-list >/dev/null && fc-list ':lang=zh' | grep -q .; }; then
    missing="$missing fonts-noto-cjk fontconfig"
fi
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing for the tests:$missing ..."
    apt-get update -qq
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
    echo "✗ The tests need$missing: install them (Debian: sudo apt install$missing), or run make test-quick." >&2
    exit 1
fi
