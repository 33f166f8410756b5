#!/usr/bin/env bash
# Writes requirements/*.lock anew. Arguments go to uv, e.g. --upgrade or --upgrade-package NAME.
set -euo pipefail
cd "$(dirname "$0")/.."

lock() {
  .tools/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-annotate --no-header "$@"
}

lock "$@" requirements/tools.in --output-file requirements/tools.lock
lock "$@" pyproject.toml --extra simulate --group dev --group models --output-file requirements/dev.lock
lock pyproject.toml --constraints requirements/dev.lock --output-file requirements/runtime.lock
lock "$@" --no-deps requirements/bench.in --output-file requirements/bench.lock
