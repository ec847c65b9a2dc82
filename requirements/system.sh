#!/usr/bin/env bash
# What the tests need from the system: gpsd, a PostgreSQL, and GL that draws without a screen.
#
#   requirements/system.sh test   finds them, installs with apt what is missing, starts a PostgreSQL
#   requirements/system.sh stop   stops the PostgreSQL that it started
#
# It leaves var/test-system.env (TEST_DATABASE_URL, when there is one) and var/test-missing.txt, a line
# for each thing that could not be had.  A missing thing is not an error: `make test` shows the list.
#
# PostgreSQL is, in this order: TEST_DATABASE_URL; the one on 127.0.0.1:5432 (or TEST_POSTGRES_PORT)
# that lets the user postgres in without a password; a private one in var/postgres.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

log=var/log/system.log
facts=var/test-system.env
missing=var/test-missing.txt
python=.venv/bin/python
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

can_apt() {
    command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }
}

apt_get() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 "$@" >>$log 2>&1 </dev/null; }

install() {
    can_apt || return 1
    echo "Đang cài $1 bằng apt… / Installing $1 with apt…"
    [ -n "${updated:-}" ] || apt_get update
    updated=1
    apt_get install -y --no-install-recommends "$1"
}

# --- PostgreSQL ---------------------------------------------------------------------------------------

# True when a PostgreSQL of version 13 or newer answers at $1 and lets a test make databases.
answers() {
    "$python" - "$1" >>$log 2>&1 <<'PYTHON'
import sys

import psycopg

with psycopg.connect(sys.argv[1], connect_timeout=3) as connection:
    row = connection.execute(
        "SELECT current_setting('server_version_num')::int >= 130000 AND (rolcreatedb OR rolsuper)"
        " FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
sys.exit(0 if row and row[0] else "too old, or this user may not create databases")
PYTHON
}

port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# The folder of the newest initdb and pg_ctl on this machine.
postgres_programs() {
    local folder
    for folder in $(ls -d /usr/lib/postgresql/*/bin /usr/pgsql-*/bin 2>/dev/null | sort -Vr) \
        "$(dirname "$(command -v initdb || echo /nonexistent/x)")"; do
        if [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ]; then
            echo "$folder"
            return 0
        fi
    done
    return 1
}

# PostgreSQL refuses to run as root.
as_postgres() {
    if [ "$(id -u)" != 0 ]; then
        "$@"
    else
        (cd / && setpriv --reuid "$owner" --regid "$(id -g "$owner")" --clear-groups "$@")
    fi
}

place_of_postgres() {
    owner=$(id -un)
    place=$PWD/var/postgres
    if [ "$(id -u)" = 0 ]; then
        owner=nobody
        id postgres >/dev/null 2>&1 && owner=postgres
        # That user may have no way into the project folder (below /root, say).
        as_postgres test -x "$PWD/var" || place=/var/tmp/kiem-khoang-postgres-$(sha256sum <<<"$PWD" | cut -c1-16)
    fi
}

start_private() {
    local programs port
    place_of_postgres
    programs=$(postgres_programs) || { install postgresql && programs=$(postgres_programs); } || return 1
    place_of_postgres  # the package may have made the user
    if [ -s "$place/port" ] && as_postgres "$programs/pg_ctl" -D "$place/data" status >>$log 2>&1; then
        TEST_DATABASE_URL=postgresql://postgres@127.0.0.1:$(cat "$place/port")/postgres
        answers "$TEST_DATABASE_URL" && return 0
    fi
    port=54329
    until port_is_free $port; do port=$((port + 1)); done
    if [ ! -e "$place/complete" ]; then
        echo "Đang tạo PostgreSQL riêng cho kiểm thử… / Making a private PostgreSQL for the tests…"
        rm -rf "$place"
        mkdir -p "$place" && { [ "$(id -u)" != 0 ] || chown "$owner" "$place"; } || return 1
        as_postgres "$programs/initdb" -D "$place/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 >>$log 2>&1 ||
            { rm -rf "$place/data"; as_postgres "$programs/initdb" -D "$place/data" -U postgres -A trust -E UTF8 --locale=C >>$log 2>&1; } ||
            return 1
        : >"$place/complete"
    fi
    # Only for tests: what a crash would lose does not matter.
    as_postgres "$programs/pg_ctl" -D "$place/data" -w -t 60 -l "$place/log" -o "-c listen_addresses=127.0.0.1 -c port=$port \
        -c unix_socket_directories='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off" start >>$log 2>&1 </dev/null ||
        { rm -f "$place/complete"; return 1; }
    echo "$port" >"$place/port"
    started=1
    TEST_DATABASE_URL=postgresql://postgres@127.0.0.1:$port/postgres
    answers "$TEST_DATABASE_URL"
}

# --- GL, for the screens of the field app -------------------------------------------------------------

has_library() { "$python" -c "import ctypes, sys; ctypes.CDLL(sys.argv[1])" "$1" >>$log 2>&1; }

drawing_needs() {
    local library package
    for library in libEGL.so.1:libegl1 libGLESv2.so.2:libgles2 libGL.so.1:libgl1 ; do
        package=${library#*:}
        has_library "${library%%:*}" || { install "$package" && install libgl1-mesa-dri; } ||
            echo "$package (apt install $package libgl1-mesa-dri): các kiểm thử màn hình không chạy được / the tests of the screens cannot run" >>$missing
    done
}

# --- The two commands ---------------------------------------------------------------------------------

test_needs() {
    local shared=postgresql://postgres@127.0.0.1:${TEST_POSTGRES_PORT:-5432}/postgres started=''
    TEST_DATABASE_URL=${TEST_DATABASE_URL:-}
    : >$missing
    command -v gpsd >/dev/null || install gpsd ||
        echo "gpsd (apt install gpsd): các kiểm thử với nguồn GNSS thật không chạy / tests with a real GNSS source did not run" >>$missing
    requirements/foreign.sh >>$missing
    drawing_needs

    if [ -n "$TEST_DATABASE_URL" ]; then
        answers "$TEST_DATABASE_URL" || {
            echo "PostgreSQL ở TEST_DATABASE_URL không dùng được: kiểm thử trên PostgreSQL không chạy / The PostgreSQL of TEST_DATABASE_URL cannot be used: the tests on PostgreSQL did not run ($log)" >>$missing
            TEST_DATABASE_URL=''
        }
    elif answers "$shared"; then
        TEST_DATABASE_URL=$shared
    elif ! start_private; then
        TEST_DATABASE_URL=''
        echo "PostgreSQL ≥ 13 (apt install postgresql): kiểm thử trên PostgreSQL không chạy / the tests on PostgreSQL did not run ($log)" >>$missing
    fi

    : >$facts
    [ -z "$TEST_DATABASE_URL" ] || printf 'TEST_DATABASE_URL=%q\n' "$TEST_DATABASE_URL" >>$facts
    [ -z "$started" ] || echo "TEST_POSTGRES_STARTED=1" >>$facts
}

stop() {
    local programs
    place_of_postgres
    [ -e "$place/data/postmaster.pid" ] && programs=$(postgres_programs) || return 0
    as_postgres "$programs/pg_ctl" -D "$place/data" -m fast -w stop >>$log 2>&1
}

mkdir -p var/log 2>/dev/null && : 2>/dev/null >>$log || {
    echo "Không ghi được vào thư mục dự án; hãy cấp quyền ghi. / The project folder cannot be written; give write permission." >&2
    exit 1
}
printf '\n=== %s: %s ===\n' "$(date '+%F %T')" "${1:-}" >>$log
case ${1:-} in
    test) test_needs ;;
    stop) stop ;;
    *) echo "Cách dùng / Usage: requirements/system.sh test|stop" >&2; exit 2 ;;
esac
