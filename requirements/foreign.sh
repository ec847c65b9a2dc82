#!/usr/bin/env bash
# Installs the tus client that nobody here wrote (tests/foreign/package.json) below var/foreign, at the
# versions and with the hashes of tests/foreign/package-lock.json, which names no server.  Where node,
# npm or the network is missing it says so on its output, a line for `make test` to list, and ends well.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

log=$PWD/var/log/system.log
place=var/foreign
wanted=$(cat tests/foreign/package.json tests/foreign/package-lock.json | sha256sum)
export npm_config_cache=$PWD/var/cache/npm npm_config_update_notifier=false

missing() {
    echo "tus-js-client ($1): các kiểm thử với trình khách tus viết bằng JavaScript không chạy / the tests with the tus client in JavaScript did not run ($log)"
    exit 0
}

[ "$(cat $place/installed 2>/dev/null)" != "$wanted" ] || exit 0
command -v node >/dev/null && command -v npm >/dev/null || missing "apt install nodejs npm"
mkdir -p $place var/log && rm -f $place/installed || missing "$place"
cp tests/foreign/package.json tests/foreign/package-lock.json $place/ || missing "$place"
(cd $place && timeout 90 npm ci --ignore-scripts --no-audit --no-fund) >>"$log" 2>&1 </dev/null || missing "npm ci"
echo "$wanted" >$place/installed
