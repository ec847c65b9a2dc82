#!/usr/bin/env bash
# Makes demo.txt, server.txt, app.txt, test.txt and apk.txt from the .in files: every version pinned, every file
# with its hash, no address in them.  With UPGRADE=1 it takes the newest versions, else it keeps the pins.
set -euo pipefail
cd "$(dirname "$0")/.."

uv_version=0.13.9
uv=var/lock-venv/bin/uv
if [ "$("$uv" --version 2>/dev/null | cut -d' ' -f2)" != "$uv_version" ]; then
    "${PYTHON:-python3}" -m venv --clear var/lock-venv
    var/lock-venv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$uv_version"
fi

compile() {
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --only-binary :all: \
        --no-emit-index-url --no-emit-find-links --no-config \
        --custom-compile-command requirements/lock.sh \
        ${2:+"$2"} --output-file "requirements/$1.txt" "requirements/$1.in"
}

compile test ${UPGRADE:+--upgrade}
for lock in server app demo; do
    # The pins of an existing output are kept, so starting from test.txt gives the same versions.
    cp requirements/test.txt "requirements/$lock.txt"
    compile "$lock"
    if grep -E '^[a-z0-9]' "requirements/$lock.txt" | grep -vxFf requirements/test.txt; then
        echo "$lock.txt khác test.txt ở các dòng trên / $lock.txt differs from test.txt in the lines above" >&2
        exit 1
    fi
done
compile apk ${UPGRADE:+--upgrade}  # for an environment of its own: it may differ from the others
if grep -nE '://|^-|file:' requirements/{demo,server,app,test,apk}.txt; then
    echo "Tệp khoá chứa địa chỉ / A lock file holds an address" >&2
    exit 1
fi
