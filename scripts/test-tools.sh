#!/usr/bin/env bash
# What the browser tests need beside the Python and web packages: Debian's Chromium and a font.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/lib.sh

if command -v chromium >/dev/null; then
  exit
fi
if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
  fail "the browser tests need Chromium. On Debian: apt-get install chromium fonts-liberation"
fi
step "Installing Chromium for the browser tests (about a minute)"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends chromium fonts-liberation >/dev/null
