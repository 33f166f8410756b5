#!/usr/bin/env bash
# Exports the API's schema and generates the page's types from it; with --check, says whether they have drifted.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/lib.sh

generated=frontend/src/api/generated
if [[ ${1:-} != --check ]]; then
  .venv/bin/examhall export-openapi --out schema
  npm --prefix frontend run --silent generate
  exit
fi

fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
.venv/bin/examhall export-openapi --out "$fresh/schema"
npm --prefix frontend run --silent generate -- --schema "$fresh/schema" --out "$fresh/generated"
diff -ru schema "$fresh/schema" && diff -ru "$generated" "$fresh/generated" ||
  fail "the API changed and its schema or types did not: run 'make schema' and commit what it writes"
