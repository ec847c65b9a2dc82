#!/usr/bin/env bash
# The proof that a bare machine is enough: makes a root file system with debootstrap that has only git,
# make, python3 and ca-certificates (no python3-venv), clones HEAD into it and runs the commands there.
#
#   tests/bare_machine/prove.sh [--suite bookworm|noble|…] [--keyring FILE] [--tarball FILE] [--keep] [FOLDER]
#
# --keyring  the keys of a distribution that is not this machine's (Ubuntu: from its package ubuntu-keyring)
# --tarball  keeps the fresh root in FILE, or takes it from there when FILE exists
# --keep     leaves FOLDER (else a new temporary one) behind
#
# Needs root and debootstrap.  How this machine reaches the network (proxies, certificates, apt's and
# pip's settings) is handed on as it is; packages and wheels are those of its own sources.
set -uo pipefail

say() { echo "$*" >&2; }
die() { say "$*"; exit 1; }

suite=bookworm keyring='' tarball='' keep='' folder=''
while [ $# -gt 0 ]; do
    case $1 in
        --suite) suite=$2; shift 2 ;;
        --keyring) keyring=$2; shift 2 ;;
        --tarball) tarball=$2; shift 2 ;;
        --keep) keep=1; shift ;;
        -*) sed -n '5s/^# *//p' "$0" >&2; exit 2 ;;
        *) folder=$1; shift ;;
    esac
done

project=$(cd "$(dirname "$0")/../.." && pwd)

# --- Outside: a place, and namespaces so that no mount and no process outlives the run -----------------

if [ -z "${BARE_MACHINE_INSIDE:-}" ]; then
    [ "$(id -u)" = 0 ] || die "Cần quyền root / Root is needed"
    for need in debootstrap:debootstrap ip:iproute2 unshare:util-linux git:git; do
        command -v "${need%:*}" >/dev/null || {
            apt-get update -q >&2 && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${need#*:}" >&2
        } || die "Thiếu / Missing: ${need#*:}"
    done
    if [ "$suite" = noble ] && [ -z "$keyring" ] && [ ! -e /usr/share/keyrings/ubuntu-archive-keyring.gpg ]; then
        die "Thiếu khoá của Ubuntu / Ubuntu's keys are missing: --keyring FILE"
    fi
    [ -n "$folder" ] && made='' || { folder=$(mktemp -d) && made=1; }
    mkdir -p "$folder" && folder=$(cd "$folder" && pwd) || die "Không tạo được / Cannot make: $folder"
    [ ! -e "$folder/root" ] || die "Đã có / Already there: $folder/root"
    cleanup() {
        [ -n "$keep" ] && { say "Để lại / Left: $folder"; return; }
        rm -rf --one-file-system "$folder/root" "$folder/root.debootstrap" "$folder/repo.bundle"
        [ -z "$made" ] || rmdir "$folder"
    }
    trap cleanup EXIT
    trap 'exit 130' INT TERM
    git -C "$project" bundle create -q "$folder/repo.bundle" HEAD || die "Không có commit nào / There is no commit"
    BARE_MACHINE_INSIDE=1 unshare --mount --pid --fork --kill-child --propagation private \
        "$0" --suite "$suite" ${keyring:+--keyring "$keyring"} ${tarball:+--tarball "$tarball"} "$folder"
    exit
fi

# --- Inside ------------------------------------------------------------------------------------------

trap 'exit 130' INT TERM
root=$folder/root
table=''
result=0

# step NAME ok|fails COMMAND…: runs it, remembers how it went and how long it took.
step() {
    local name=$1 wanted=$2 begun=$SECONDS status verdict
    shift 2
    say "--- $name"
    "$@" >&2 </dev/null
    status=$?
    verdict=$([ $status = 0 ] && echo ok || echo fails)
    if [ "$verdict" = "$wanted" ]; then
        verdict='đạt / ok   '
    else
        verdict='HỎNG / FAIL' result=1
    fi
    table+=$(printf '%s %5d s  (exit %d)  %s' "$verdict" $((SECONDS - begun)) $status "$name")$'\n'
    [ "${verdict%% *}" = đạt ]
}

# What is handed on to the inside of the root: the network's settings, and nothing else.
variables=()
while IFS='=' read -r -d '' name value; do
    case $name in
        [hH][tT][tT][pP]_[pP][rR][oO][xX][yY] | [hH][tT][tT][pP][sS]_[pP][rR][oO][xX][yY] | [nN][oO]_[pP][rR][oO][xX][yY] | [aA][lL][lL]_[pP][rR][oO][xX][yY]) ;;
        PIP_* | SSL_CERT_FILE | SSL_CERT_DIR | REQUESTS_CA_BUNDLE | CURL_CA_BUNDLE | GIT_SSL_CAINFO) ;;
        *) continue ;;
    esac
    variables+=("$name=$value")
done < <(env -0)

# inside [VAR=value…] COMMAND…
inside() {
    chroot "$root" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb \
        "${variables[@]}" "$@"
}

project_inside() { inside env -C /srv/kiem-khoang "$@"; }

project_inside_without_network() {
    unshare --net bash -c 'ip link set lo up && chroot "$@"' - "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
        HOME=/root TERM=dumb env -C /srv/kiem-khoang "$@"
}

bootstrap() {
    mkdir -p "$root"
    if [ -n "$tarball" ] && [ -e "$tarball" ]; then
        tar -xpf "$tarball" -C "$root" --numeric-owner
        return
    fi
    if [ ! -e "/usr/share/debootstrap/scripts/$suite" ] && [ "$suite" = noble ]; then
        # An older debootstrap does not know this suite; all of Ubuntu's are made by the same script.
        cp -a /usr/share/debootstrap "$folder/root.debootstrap"
        ln -s gutsy "$folder/root.debootstrap/scripts/$suite"
        export DEBOOTSTRAP_DIR=$folder/root.debootstrap
    fi
    debootstrap --variant=minbase --components="$([ "$suite" = noble ] && echo main,universe || echo main)" \
        ${keyring:+--keyring "$keyring"} "$suite" "$root" || return
    [ -z "$tarball" ] || tar -cpf "$tarball" -C "$root" --numeric-owner .
}

# The file or folder $1 of this machine, at the same place inside.
hand_on() {
    [ -e "$1" ] || return 0
    mkdir -p "$root$(dirname "$1")" && cp -aL "$1" "$root$(dirname "$1")/"
}

settings() {
    local file
    mount -t proc proc "$root/proc" &&
        mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts "$root/dev/pts" &&
        mkdir -p "$root/dev/shm" && mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm" || return
    mount -t sysfs -o ro sysfs "$root/sys" 2>/dev/null
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"  # services stay off, as in a container
    chmod 755 "$root/usr/sbin/policy-rc.d"
    rm -f "$root/etc/resolv.conf"
    cat /etc/resolv.conf >"$root/etc/resolv.conf"
    cat /etc/hosts >"$root/etc/hosts"
    apt-config dump | grep -E '^Acquire::(http|https|Retries|Check-Valid-Until|Check-Date|ForceIPv[46])\b' >"$root/etc/apt/apt.conf.d/90network"
    hand_on /etc/apt/auth.conf
    hand_on /etc/apt/auth.conf.d
    if [ "$(. /etc/os-release && echo "${VERSION_CODENAME:-}")" = "$suite" ]; then
        for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
            ! grep -qsE "^[^#]*\b$suite\b" "$file" || { rm -f "$root/etc/apt/sources.list"; hand_on "$file"; }
        done
    fi
    for file in /etc/pip.conf "${HOME:-/root}/.config/pip/pip.conf" "${HOME:-/root}/.pip/pip.conf"; do
        hand_on "$file"
    done
}

packages() {
    inside apt-get update -q &&
        inside env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends git make python3 ca-certificates || return
    [ ! -e /etc/ssl/certs/ca-certificates.crt ] || cat /etc/ssl/certs/ca-certificates.crt >"$root/etc/ssl/certs/ca-certificates.crt"
    ! inside python3 -c 'import ensurepip' 2>/dev/null || say "(python3 này có sẵn ensurepip / this python3 brings ensurepip)"
}

clone() {
    cp "$folder/repo.bundle" "$root/srv/" && inside git clone -q /srv/repo.bundle /srv/kiem-khoang
}

finish() {
    printf '\n%s, %s\n%s' "$suite" "$(inside python3 --version 2>/dev/null)" "$table"
    exit $result
}

step "debootstrap $suite" ok bootstrap && step "cấu hình / settings" ok settings &&
    step "apt-get install git make python3 ca-certificates" ok packages && step "git clone" ok clone || finish
step "DEMO_EXIT=1 make demo" ok project_inside DEMO_EXIT=1 make demo
step "make check" ok project_inside make check
# Another PostgreSQL of this machine would answer inside too; it must bring its own.
step "make test" ok project_inside TEST_POSTGRES_PORT=1 make test
step "make demo, lần hai, không mạng / again, no network" ok project_inside_without_network DEMO_EXIT=1 make demo
inside rm -rf /srv/kiem-khoang/.venv
step "make demo, từ đầu, không mạng: phải báo lỗi / from the start, no network: must say so" fails \
    project_inside_without_network DEMO_EXIT=1 make demo
step "make demo, từ đầu, HOME=/nonexistent / from the start" ok project_inside HOME=/nonexistent DEMO_EXIT=1 make demo
finish
