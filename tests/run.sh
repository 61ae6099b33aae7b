#!/usr/bin/env bash
# The whole suite on SQLite, and before it everything that touches a database on PostgreSQL, where that is installed.
# The SQLite run stands last and runs only after the other passed, so that its summary line speaks for both.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH="$PATH:/usr/sbin:/sbin" # runuser stands there

VAR=$(mktemp -d "${TMPDIR:-/tmp}/hemei-test.XXXXXX")
CLUSTER=""
export HEMEI_VAR="$VAR/var" HEMEI_REAL_DATA="${HEMEI_REAL_DATA:-$PWD/../shared/data}"
mkdir -p "$HEMEI_VAR"
unset DATABASE_URL

as_postgres() { # PostgreSQL refuses to run as root
  if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

cleanup() {
  if [ -n "$CLUSTER" ]; then as_postgres "$BIN/pg_ctl" -D "$CLUSTER" -m immediate -w stop >/dev/null 2>&1 || true; fi
  rm -rf "$VAR"
}
trap cleanup EXIT

find_postgres() { # the newest server installed, 15 or later; prints where its programs are
  local found
  found=$( (command -v pg_ctl | xargs -r dirname; ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV) | while read -r bin; do
    if [ -x "$bin/initdb" ] && [ -x "$bin/pg_ctl" ] && [ "$("$bin/pg_ctl" --version | grep -oE '[0-9]+' | head -1)" -ge 15 ]; then
      echo "$bin"
      break
    fi
  done)
  echo "$found"
}

start_postgres() { # a cluster of our own, on a free port of loopback, gone when we are
  local data="$VAR/postgres" port password
  port=$(.venv/bin/python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  password=$(.venv/bin/python -c 'import secrets; print(secrets.token_hex(16))')
  mkdir "$data"
  printf '%s\n' "$password" >"$VAR/password"
  chmod 755 "$VAR"
  if [ "$(id -u)" = 0 ]; then chown postgres "$data" "$VAR/password"; fi
  as_postgres "$BIN/initdb" -D "$data" -U hemei -A scram-sha-256 --pwfile "$VAR/password" -E UTF8 --locale C.UTF-8 >/dev/null
  CLUSTER="$data"
  as_postgres "$BIN/pg_ctl" -D "$data" -w -l "$data/log" \
    -o "-p $port -c listen_addresses=127.0.0.1 -k $data -c fsync=off -c full_page_writes=off -c shared_buffers=256MB" \
    start >/dev/null
  export DATABASE_URL="postgresql://hemei:$password@127.0.0.1:$port/postgres"
}

leave_out=""
skip_marked() {
  echo "LEFT OUT: $2"
  leave_out="${leave_out:+$leave_out and }not $1"
}
if [ ! -d "$HEMEI_REAL_DATA" ]; then
  skip_marked real "tests on real data; name the folder of the data set in HEMEI_REAL_DATA (looked in $HEMEI_REAL_DATA)."
fi
if ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null; then
  skip_marked browser "tests in the browser; install chromium (Debian: apt-get install chromium fonts-noto-cjk)."
fi
if ! command -v java >/dev/null; then # such tests leave themselves out
  echo "LEFT OUT: what ODK Collect's own reader says of blank forms; install Java (Debian: apt-get install default-jre-headless)."
fi

done_already=()
workers=$(nproc)
run() { .venv/bin/python -m pytest -n "$((workers < 4 ? workers : 4))" --dist loadgroup -m "$leave_out" "$@"; }

BIN=$(find_postgres)
if [ -n "$BIN" ]; then
  echo "== PostgreSQL: everything that touches a database (the pure floors and the browser do not need it twice)"
  start_postgres
  run --ignore tests/engines --ignore tests/law --ignore tests/terms --ignore tests/browser --ignore tests/site/test_wheel.py
  unset DATABASE_URL
  done_already=( # PostgreSQL's own
    --deselect tests/faults/test_trouble.py::test_a_database_that_goes_away_and_comes_back
    --ignore tests/core/postgresql
  )
else
  echo "LEFT OUT: the suite on PostgreSQL; install its server, 15 or later (Debian: apt-get install postgresql)."
fi

echo "== SQLite: everything"
run "${done_already[@]}"
