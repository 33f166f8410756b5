#!/usr/bin/env bash
# The LiveKit server that tests and trial runs use: pinned by tools/livekit/go.mod.
#   build      build it once into .tools/livekit (Go 1.26 or newer), else find `livekit-server` on the PATH
#   run        the same, then start it on loopback and print the settings that make Examhall use it
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/lib.sh

built=.tools/livekit/livekit-server

find_go() {
  local go
  for go in go /usr/local/go/bin/go; do
    if command -v "$go" >/dev/null && "$go" version | grep -qE ' go(1\.(2[6-9]|[3-9][0-9])|[2-9])'; then
      command -v "$go"
      return
    fi
  done
  return 1
}

build() {
  local go print
  if go=$(find_go); then
    print=$({ fingerprint tools/livekit; "$go" version; } | sha256sum | cut -d' ' -f1)
    if ! [[ -x $built ]] || ! done_before livekit "$print"; then
      step "Building the LiveKit server (a few minutes the first time)"
      mkdir -p "${built%/*}"
      nice "$go" -C tools/livekit build -mod=readonly -buildvcs=false -trimpath -ldflags='-s -w' -o "$PWD/$built" \
        github.com/livekit/livekit-server/cmd/server
      mark_done livekit "$print"
    fi
    server=$built
  elif command -v livekit-server >/dev/null; then
    server=$(command -v livekit-server)
  elif [[ ${CI:-} == true ]]; then
    fail "no LiveKit server: install Go 1.26 or newer, or put a livekit-server on the PATH"
  else
    server=
    step "No Go 1.26 or newer and no livekit-server on the PATH: the LiveKit tests are left out"
  fi
}

run() {
  local port=${LIVEKIT_PORT:-7880}
  if [[ -n ${EXAMHALL_LIVEKIT_URL:-} ]]; then
    step "EXAMHALL_LIVEKIT_URL names a server already: $EXAMHALL_LIVEKIT_URL"
    exit
  fi
  [[ -n $server ]] || fail "no LiveKit server: install Go 1.26 or newer, or put a livekit-server on the PATH"
  # A key of this run alone: nothing that is published anywhere opens even a trial server.
  local secret
  secret=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')
  cat <<SETTINGS
==> LiveKit on http://127.0.0.1:$port. In another terminal:
    export EXAMHALL_MEETINGS=livekit EXAMHALL_LIVEKIT_URL=ws://127.0.0.1:$port
    export EXAMHALL_LIVEKIT_API_KEY=trial EXAMHALL_LIVEKIT_API_SECRET=$secret
    .venv/bin/examhall demo
SETTINGS
  LIVEKIT_CONFIG="
port: $port
bind_addresses: ['127.0.0.1']
rtc: {udp_port: $((port + 2)), tcp_port: $((port + 1)), node_ip: 127.0.0.1, enable_loopback_candidate: true, use_external_ip: false}
keys: {trial: $secret}
webhook: {api_key: trial, urls: ['http://127.0.0.1:${EXAMHALL_PORT:-8000}/api/v1/meetings/webhooks/livekit']}
logging: {level: warn}
" exec "$server"
}

case ${1:-} in
  build) build ;;
  run) build && run ;;
  *) fail "usage: scripts/livekit.sh build|run" ;;
esac
