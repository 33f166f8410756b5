# Sourced by the scripts beside it.

step() { printf '==> %s\n' "$*"; }

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# One hash over the contents and names of the given files and folders; what is built or cached is left out.
fingerprint() {
  find "$@" \( -name node_modules -o -name __pycache__ -o -path models/out \) -prune -o -type f -print0 |
    sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1
}

# done_before NAME FINGERPRINT: whether that step has already been done for exactly this input.
done_before() { [[ -f .cache/stamps/$1 && $(<".cache/stamps/$1") == "$2" ]]; }

mark_done() {
  mkdir -p .cache/stamps
  printf '%s\n' "$2" >".cache/stamps/$1"
}

find_python() {
  local name
  for name in python3.11 python3.12 python3.13 python3.14 python3; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$name"
      return
    fi
  done
  fail "Python 3.11 or newer is needed. On Debian or Ubuntu: apt-get install python3 python3-venv"
}

# The installer of Python packages, from its own hashed lock, in a folder of its own.
ensure_uv() {
  local python=$1 print
  print=$(fingerprint requirements/tools.lock)
  if [[ -x .tools/uv/bin/uv ]] && done_before uv "$print"; then
    return
  fi
  "$python" -c 'import ensurepip, venv' 2>/dev/null ||
    fail "Python's venv module is missing. On Debian or Ubuntu: apt-get install python3-venv"
  step "Installing uv, which installs the Python packages"
  rm -rf .tools/uv
  "$python" -m venv .tools/uv
  .tools/uv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
    --requirement requirements/tools.lock
  mark_done uv "$print"
}

# sync_venv FOLDER LOCK: makes the environment hold exactly what the lock names.
sync_venv() {
  local python=$1 folder=$2 lock=$3
  [[ -x $folder/bin/python ]] || .tools/uv/bin/uv venv --quiet --python "$python" "$folder"
  .tools/uv/bin/uv pip sync --quiet --python "$folder/bin/python" --require-hashes "$lock"
}
