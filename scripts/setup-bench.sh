#!/usr/bin/env bash
# Makes .venv-bench, which holds the tutorial's face path to compare with and nothing of ours.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/lib.sh

python=$(find_python)
ensure_uv "$python"
print=$(fingerprint requirements/bench.lock)
if ! [[ -x .venv-bench/bin/python ]] || ! done_before bench "$print"; then
  step "Installing the tutorial's face path into .venv-bench (about a minute)"
  sync_venv "$python" .venv-bench requirements/bench.lock
  mark_done bench "$print"
fi
