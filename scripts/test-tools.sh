#!/usr/bin/env bash
# What the tests need beside the Python and web packages: Debian's Chromium and a font for the browser tests,
# Redis for servers that act as one (ours and LiveKit's), PostgreSQL and nginx for several machines, ffmpeg for the
# export of recordings, coturn for live views through a relay, libfaketime to set a server's clock.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/lib.sh

missing=()
command -v chromium >/dev/null || missing+=(chromium fonts-liberation)
command -v redis-server >/dev/null || missing+=(redis-server)
command -v turnserver >/dev/null || missing+=(coturn)
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
[[ -x /usr/sbin/nginx ]] || command -v nginx >/dev/null || missing+=(nginx)
command -v ffmpeg >/dev/null || missing+=(ffmpeg)
compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' >/dev/null || missing+=(libfaketime)
((${#missing[@]})) || exit 0
if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
  fail "the tests need more programs. On Debian: apt-get install ${missing[*]}"
fi
step "Installing for the tests: ${missing[*]} (a minute or two)"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# The tests start what they need themselves; a package must not start a server of its own, nor make a database.
if [[ " ${missing[*]} " == *" postgresql "* ]]; then
  mkdir -p /etc/postgresql-common/createcluster.d
  [[ -e /etc/postgresql-common/createcluster.d/none.conf ]] ||
    echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/none.conf
fi
RUNLEVEL=1 apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
