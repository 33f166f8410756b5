#!/usr/bin/env bash
# Makes a fresh clone ready to run: Python packages, web pages, model files. A second run finds nothing to do.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/lib.sh

python=$(find_python)
ensure_uv "$python"

# The settings of the tools in pyproject.toml do not change what is installed.
print=$({ cat requirements/dev.lock; sed '/^\[tool\./,$d' pyproject.toml; } | sha256sum | cut -d' ' -f1)
if ! [[ -x .venv/bin/examhall ]] || ! done_before python "$print"; then
  step "Installing the Python packages into .venv (about a minute)"
  sync_venv "$python" .venv requirements/dev.lock
  .tools/uv/bin/uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .
  mark_done python "$print"
fi

command -v npm >/dev/null || fail "Node.js 20.19 or newer with npm is needed to build the web pages"
print=$(fingerprint frontend/package-lock.json frontend/.npmrc)
if ! [[ -d frontend/node_modules ]] || ! done_before npm "$print"; then
  step "Installing the web packages into frontend/node_modules (about a minute)"
  npm --prefix frontend ci --no-progress --loglevel=error
  mark_done npm "$print"
fi

print=$(fingerprint frontend)
if ! [[ -f src/examhall/web/static/index.html ]] || ! done_before web "$print"; then
  step "Building the web pages"
  npm --prefix frontend run --silent build -- --logLevel warn
  mark_done web "$print"
fi

print=$(fingerprint models src/examhall/adapters/detectors/{model,convert}_*.py)
if ! [[ -d models/out ]] || ! done_before models "$print"; then
  step "Building the model files (downloads about 250 MB)"
  .venv/bin/examhall models build
  mark_done models "$print"
fi
