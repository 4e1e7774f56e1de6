#!/bin/bash
# Run the tests of ledger and exchange on a PostgreSQL of the system:  scripts/test-external.sh 15
#
# A throw-away cluster is made of Debian's programs, on a socket of its own; nothing that runs
# already is touched. More arguments are handed to pytest in place of those two folders.
set -euo pipefail
cd "$(dirname "$0")/.."

major=${1:?which major version?}
shift
programs=/usr/lib/postgresql/$major/bin
# Not the wheel's account: whoever may run a server, and is there on every Debian.
account=nobody

if [ ! -x "$programs/postgres" ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing postgresql-$major ..."
        apt-get update -qq
        # Only the programs: no cluster, no service.
        mkdir -p /etc/postgresql-common/createcluster.d
        echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.d/yipan.conf
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
            "postgresql-$major" >/dev/null
    else
        echo "✗ There is no PostgreSQL $major in $programs: install it (apt install postgresql-$major)." >&2
        exit 1
    fi
fi

scripts/setup.sh runtime assets planning dev

directory=$(mktemp -d)
chmod 711 "$directory"
run() { "$@"; }
if [ "$(id -u)" = 0 ]; then
    chown "$account" "$directory"
    run() { setpriv --reuid="$account" --regid="$(id -g "$account")" --clear-groups "$@"; }
fi
stop() {
    run "$programs/pg_ctl" -D "$directory/data" -m fast -w stop >/dev/null || true
    rm -rf "$directory"
}
trap stop EXIT

# Trust is for this socket alone, in a folder nobody else can list.
run "$programs/initdb" -D "$directory/data" -U yipan --encoding=UTF8 --locale=C.UTF-8 \
    --auth=trust --no-sync >/dev/null
run "$programs/pg_ctl" -D "$directory/data" -w -l "$directory/log" start -o "-k $directory \
    -c listen_addresses='' -c fsync=off -c full_page_writes=off -c synchronous_commit=off" >/dev/null

[ $# -gt 0 ] || set -- tests/ledger tests/exchange
echo "The tests of $* on $("$programs/postgres" --version)"
YIPAN_TEST_DATABASE_URL="postgresql://yipan@/postgres?host=$directory&port=5432" \
    .venv/bin/python -m pytest -q -n 2 -m "not browser and not fault" "$@"
