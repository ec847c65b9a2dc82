#!/usr/bin/env bash
# Makes .venv and installs a lock file into it:  requirements/install.sh demo|app|test
#
# Run again with the same lock file and the same Python it does nothing, without the network.
# PYTHON=… chooses the interpreter.  Details of what went wrong are in var/log/install.log.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

kind=${1:-}
case $kind in
    demo) room_mb=500 ;;
    app) room_mb=700 ;;
    test) room_mb=1200 ;;
    *) echo "Cách dùng / Usage: requirements/install.sh demo|app|test" >&2; exit 2 ;;
esac
lock=requirements/$kind.txt
log=var/log/install.log
half_done=.venv/.half-done  # there while libraries are being written; a .venv that has it is made anew

fail() {
    echo "$1" >&2
    exit 1
}

# --- Nothing to do? -----------------------------------------------------------------------------------

version_of() { "$1" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null; }

# What a stamp says: the lock file, the Python and the place (scripts in a venv hold its path).
stamp_for() { echo "$(sha256sum <"requirements/$1.txt" | cut -d' ' -f1) $2 $PWD"; }

is_installed() {
    local have
    [ ! -e $half_done ] && have=$(version_of .venv/bin/python) || return 1
    [ -z "${PYTHON:-}" ] || [ "$(version_of "$PYTHON")" = "$have" ] || return 1
    [ "$(cat ".venv/.installed-$kind" 2>/dev/null)" = "$(stamp_for "$kind" "$have")" ] && return 0
    # test.txt holds all of app.txt, and that all of demo.txt.
    local larger
    for larger in test app; do
        [ "$kind" != test ] && [ "$kind" != "$larger" ] &&
            [ "$(cat ".venv/.installed-$larger" 2>/dev/null)" = "$(stamp_for $larger "$have")" ] && return 0
    done
    return 1
}

is_installed && exit 0

mkdir -p var/log var/tmp 2>/dev/null && : 2>/dev/null >>$log ||
    fail "Không ghi được vào thư mục dự án; hãy cấp quyền ghi. / The project folder cannot be written; give write permission."

if command -v flock >/dev/null; then  # two `make` at once: the second waits for the first
    exec 9>var/install.lock
    if ! flock -n 9; then
        echo "Đang chờ một lần cài khác xong… / Waiting for another installation…"
        flock 9
        is_installed && exit 0
    fi
fi

printf '\n=== %s: %s ===\n' "$(date '+%F %T')" "$kind" >>$log
unset PYTHONPATH PYTHONHOME PIP_USER PIP_TARGET PIP_PREFIX PIP_REQUIRE_VIRTUALENV
export TMPDIR=$PWD/var/tmp PYTHONUNBUFFERED=1
if [ ! -w "${XDG_CACHE_HOME:-${HOME:-/nonexistent}}" ]; then  # a home that cannot be written is no obstacle
    export XDG_CACHE_HOME=$PWD/var/cache PIP_CACHE_DIR=${PIP_CACHE_DIR:-$PWD/var/cache/pip}
fi

interrupted() {
    echo
    fail "Bị ngắt giữa chừng; hãy chạy lại. / Interrupted; run it again."
}

# --- Python -------------------------------------------------------------------------------------------

# Prints the real interpreter behind $1 when it is Python 3.11–3.13 (not one inside .venv).
in_range() {
    "$1" -c 'import sys; ok = (3, 11) <= sys.version_info[:2] <= (3, 13)
print(getattr(sys, "_base_executable", sys.executable)) if ok else sys.exit(1)' 2>/dev/null
}

can_make_venv() { "$1" -c 'import ensurepip, sqlite3, ssl, venv' >>$log 2>&1; }

# Sets $python to the first complete one, else $incomplete to one that only lacks Debian's venv package.
find_python() {
    local name path names=(python3 python3.12 python3.11 python3.13 /usr/bin/python3)
    [ -n "${PYTHON:-}" ] && names=("$PYTHON")
    python='' incomplete=''
    for name in "${names[@]}"; do
        path=$(in_range "$name") || continue
        if can_make_venv "$path"; then
            python=$path
            return 0
        fi
        incomplete=${incomplete:-$path}
    done
    return 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

can_apt() {
    command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }
}

apt_get() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 "$@" >>$log 2>&1 </dev/null; }

install_python() {
    local package packages=''
    apt_get update
    if [ -n "$incomplete" ]; then
        packages="python3 python3-venv python$("$incomplete" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
    else
        case $(apt-cache policy python3 2>/dev/null | sed -n 's/^ *Candidate: *//p') in
            3.11.* | 3.12.* | 3.13.*) packages='python3 python3-venv' ;;
            *)
                for package in python3.12 python3.11 python3.13; do
                    if apt-cache show $package-venv >/dev/null 2>&1; then packages="$package $package-venv"; break; fi
                done ;;
        esac
    fi
    # shellcheck disable=SC2086  # words on purpose
    [ -n "$packages" ] && apt_get install -y --no-install-recommends $packages
}

if ! find_python; then
    if [ -n "${PYTHON:-}" ]; then
        found=$(version_of "$PYTHON")
        if [ -z "$found" ]; then
            fail "PYTHON=$PYTHON không chạy được; cần Python 3.11–3.13. / PYTHON=$PYTHON does not run; Python 3.11–3.13 is needed."
        elif [ -z "$incomplete" ]; then
            fail "PYTHON=$PYTHON là Python $found; cần Python 3.11–3.13. / PYTHON=$PYTHON is Python $found; Python 3.11–3.13 is needed."
        fi
    fi
    if [ -n "$incomplete" ]; then
        missing="gói python3-venv (apt install python3-venv)" missing_en="the package python3-venv (apt install python3-venv)"
    else
        missing="Python 3.11–3.13 (apt install python3 python3-venv)" missing_en=$missing
    fi
    advice="hãy cài rồi chạy lại" advice_en="install it and run again"
    if can_apt; then
        echo "Thiếu $missing, đang cài bằng apt… / Installing $missing_en with apt…"
        install_python
        find_python
        advice="apt không cài được, hãy kiểm tra mạng hoặc tự cài" advice_en="apt could not install it, check the network or install it yourself"
    fi
    [ -n "$python" ] || fail "Thiếu $missing: $advice. / Missing: $missing_en; $advice_en. ($log)"
fi

# --- The virtual environment --------------------------------------------------------------------------

# What is missing is one line; the lines of the log decide which.
explain() {
    local said
    said=$(tail -n "+$1" $log)
    if grep -qE 'No space left on device|Errno 28|Disk quota exceeded' <<<"$said"; then
        fail "Hết chỗ trên đĩa khi cài thư viện: hãy dọn bớt (cần khoảng $room_mb MB) rồi chạy lại. / The disk is full: free about $room_mb MB and run again. ($log)"
    elif grep -qE 'DO NOT MATCH THE HASHES' <<<"$said"; then
        fail "Thư viện tải về không khớp mã băm trong $lock nên không cài: hãy kiểm tra nguồn tải rồi chạy lại. / A download does not match its hash in $lock and was not installed: check where it came from and run again. ($log)"
    elif grep -qE 'NewConnectionError|name resolution|Name or service not known|Max retries exceeded|[Tt]imed? ?out|Connection (refused|reset|aborted|broken)|Network is unreachable|ProxyError|SSLError|IncompleteRead|HTTP error|Server Error' <<<"$said"; then
        fail "Không tải được thư viện: hãy kiểm tra mạng (hoặc máy chủ proxy) rồi chạy lại. / Could not download the libraries: check the network (or the proxy) and run again. ($log)"
    elif grep -qE 'Permission denied|Read-only file system' <<<"$said"; then
        fail "Không ghi được vào thư mục dự án; hãy cấp quyền ghi. / The project folder cannot be written; give write permission. ($log)"
    elif grep -qE 'No matching distribution|Could not find a version' <<<"$said"; then
        fail "Thư viện không có bản dựng sẵn cho máy này (Linux x86_64, Python 3.11–3.13), hoặc không có ở nguồn tải. / A library has no ready-made build for this machine (Linux x86_64, Python 3.11–3.13), or its source does not have it. ($log)"
    fi
    fail "Cài thư viện không thành; chi tiết ở $log. / The libraries could not be installed; see $log."
}

next_line() { echo $(($(wc -l <$log) + 1)); }

if [ -e $half_done ] || ! .venv/bin/python -m pip --version >/dev/null 2>&1 ||
    [ "$(version_of .venv/bin/python)" != "$(version_of "$python")" ] ||
    [ "$(cat .venv/.place 2>/dev/null)" != "$PWD" ]; then
    rm -rf .venv  # partial, of another Python, or moved here from elsewhere
fi

free_mb=$(df -Pk . 2>>$log | awk 'NR == 2 { print int($4 / 1024) }')
used_mb=$(($(du -sk .venv 2>/dev/null | cut -f1 || echo 0) / 1024))
if [ -n "$free_mb" ] && [ "$free_mb" -lt $((room_mb - used_mb)) ]; then
    fail "Không đủ chỗ trên đĩa: cần khoảng $((room_mb - used_mb)) MB, còn $free_mb MB. / Not enough room on the disk: about $((room_mb - used_mb)) MB needed, $free_mb MB free."
fi

trap interrupted INT
trap 'rm -rf var/tmp' EXIT
started=$SECONDS
if [ ! -e .venv ]; then
    echo "Đang tạo .venv với Python $(version_of "$python")… / Creating .venv…"
    line=$(next_line)
    if ! "$python" -m venv .venv >>$log 2>&1 || ! .venv/bin/python -m pip --version >>$log 2>&1; then
        rm -rf .venv
        explain "$line"
    fi
    echo "$PWD" >.venv/.place
fi

# --- The libraries ------------------------------------------------------------------------------------

rm -f .venv/.installed-*
: >$half_done
total=$(grep -cE '^[a-z0-9]' "$lock")
line=$(next_line)

# One line that counts on a terminal; elsewhere a line per step.
show_progress() {
    local text seen=0
    [ -t 1 ] || echo "Đang tải $total thư viện… / Downloading $total libraries…"
    while IFS= read -r text; do
        printf '%s\n' "$text" >>$log
        case $text in
            Collecting* | 'Requirement already satisfied'*)
                seen=$((seen + 1))
                [ -t 1 ] && printf '\r\033[KĐang tải thư viện %d/%d… / Downloading libraries…' "$seen" "$total" ;;
            'Installing collected packages'*)
                [ -t 1 ] && printf '\r\033[K'
                printf 'Đang cài… / Installing…'
                [ -t 1 ] || echo ;;
        esac
    done
    [ -t 1 ] && printf '\r\033[K'
    return 0
}

.venv/bin/python -m pip install --require-hashes --only-binary :all: --no-input --progress-bar off \
    --disable-pip-version-check --no-warn-script-location -r "$lock" 2>&1 | show_progress
if [ "${PIPESTATUS[0]}" != 0 ]; then
    # pip writes nothing before it has everything: this .venv is still whole.
    tail -n "+$line" $log | grep -q '^Installing collected packages' || rm -f $half_done
    explain "$line"
fi

# What an earlier lock file put here must not hide what this one lacks.
if ! .venv/bin/python - >>$log 2>&1 <<'PYTHON'
import importlib.metadata
import re
import subprocess
import sys

locked = set(re.findall(r"^([a-z0-9.-]+)==", open("requirements/test.txt").read(), re.M))
present = {re.sub("[-_.]+", "-", d.name).lower() for d in importlib.metadata.distributions()}
if strays := sorted(present - locked - {"pip", "setuptools"}):
    subprocess.run([sys.executable, "-m", "pip", "uninstall", "--yes", *strays], check=True)
PYTHON
then explain "$line"; fi

stamp_for "$kind" "$(version_of .venv/bin/python)" >".venv/.installed-$kind" && rm -f $half_done ||
    { rm -f ".venv/.installed-$kind"; explain "$line"; }
echo "Đã cài $total thư viện trong $((SECONDS - started)) giây. / $total libraries installed in $((SECONDS - started)) s."
